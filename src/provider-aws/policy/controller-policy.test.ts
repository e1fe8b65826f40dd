import { expect, test } from "vitest";
import { actionOfCall, controllerPolicies, eventRules } from "./index.ts";

const policies = controllerPolicies({
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  cluster: "a-cluster-with-the-longest-name-that-eks-takes-which-is-a-hundred-letters-no-less-and-surely-no-more-",
  nodeRole: "arn:aws:iam::123456789012:role/KarpenterNodeRole",
  queue: "queue",
});
const statements = Object.values(policies).flatMap(({ Statement }) => Statement);

test("the controller's policies allow the calls that are made, each once it is conditioned, and no others", () => {
  const allowed = new Set(statements.flatMap(({ Action }) => Action));
  const made = Object.values(actionOfCall).flatMap((service) => Object.values(service));
  // The role is passed with a launch, and IAM tags a profile when it is created: rights without a call of their own.
  expect([...allowed].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    [...made, "iam:PassRole", "iam:TagInstanceProfile"].toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test("whatever creates, changes or ends something is bound to the cluster's own tags, or to what launches use", () => {
  const writes = statements.filter(({ Action }) => Action.some((name) => !/:(Describe|Get|List)/.test(name)));
  const unbound = writes.filter(({ Condition }) => Condition === undefined).map(({ Sid }) => Sid);
  expect(unbound).toEqual(["AllowScopedEC2InstanceAccessActions", "AllowInterruptionQueueActions"]);
});

test("each policy is one that IAM takes, even for the longest name of a cluster", () => {
  for (const [name, document] of Object.entries(policies))
    expect(JSON.stringify(document).length, name).toBeLessThanOrEqual(6_144);
});

test("every event that the controller reads has a rule of its own", () => {
  expect(new Set(eventRules.map(({ name }) => name)).size).toBe(5);
  expect(eventRules.map(({ source, detailType }) => `${source}: ${detailType}`).toSorted()).toEqual([
    "aws.ec2: EC2 Capacity Reservation Instance Interruption Warning",
    "aws.ec2: EC2 Instance Rebalance Recommendation",
    "aws.ec2: EC2 Instance State-change Notification",
    "aws.ec2: EC2 Spot Instance Interruption Warning",
    "aws.health: AWS Health Event",
  ]);
});
