import { expect, test } from "vitest";
import { actionOfCall, controllerPolicy } from "./controller-policy.ts";

const policy = controllerPolicy({
  partition: "${AWS::Partition}",
  region: "${AWS::Region}",
  account: "${AWS::AccountId}",
  cluster: "${ClusterName}",
  nodeRole: "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/KarpenterNodeRole-${ClusterName}",
  queue: "${ClusterName}",
});

test("the controller's policy allows the calls that are made, each once it is conditioned, and no others", () => {
  const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));
  const made = Object.values(actionOfCall).flatMap((service) => Object.values(service));
  // The role is passed with a launch, and IAM tags a profile when it is created: rights without a call of their own.
  expect([...allowed].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    [...made, "iam:PassRole", "iam:TagInstanceProfile"].toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test("whatever creates, changes or ends something is bound to the cluster's own tags, or to what launches use", () => {
  const writes = policy.Statement.filter(({ Action }) => Action.some((name) => !/:(Describe|Get|List)/.test(name)));
  const unbound = writes.filter(({ Condition }) => Condition === undefined).map(({ Sid }) => Sid);
  expect(unbound).toEqual(["AllowScopedEC2InstanceAccessActions", "AllowInterruptionQueueActions"]);
});

test("the document that ships is the one that the code makes", async () => {
  await expect(`${JSON.stringify(policy, null, 2)}\n`).toMatchFileSnapshot(
    "../../../docs/aws-controller-policy.generated.json",
  );
});
