import { beforeAll, describe, expect, test } from "vitest";
import { actionOfCall, controllerPolicies } from "../../src/provider-aws/policy/index.ts";
import { clusterName } from "./fixture.ts";
import { allowing, createDemands, type Demand } from "./iam.ts";
import type { CreateLaunchTemplateRequest } from "../../src/provider-aws/contract/index.ts";
import { type MadeCall, playLife, secretOfLife } from "./whole-life.ts";

const account = "123456789012";
const policies = controllerPolicies({
  partition: "aws",
  region: "us-east-1",
  account,
  cluster: clusterName,
  nodeRole: `arn:aws:iam::${account}:role/*`,
  queue: clusterName,
});

let calls: readonly MadeCall[] = [];
let logged = "";
let demands: readonly Demand[] = [];

beforeAll(async () => {
  const made: MadeCall[] = [];
  const { log } = await playLife((call) => void made.push(call));
  logged = JSON.stringify(log.lines);
  calls = made;
  demands = made.flatMap(createDemands({ region: "us-east-1", account, cluster: clusterName, queue: clusterName }));
}, 60_000);

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

describe("the policies of the controller, against the calls of a class' whole life", () => {
  test("were asked for every call that the contract has", () => {
    const made = new Set(calls.map(({ service, method }) => `${service === "ec2Probe" ? "ec2" : service} ${method}`));
    const known = Object.entries(actionOfCall).flatMap(([service, actions]) =>
      Object.keys(actions).map((method) => `${service} ${method}`),
    );
    expect([...made].toSorted(byText)).toEqual(known.toSorted(byText));
  });

  test("allow each of them, on what it was for, under the conditions as they were", () => {
    const denied = demands.filter((demand) => allowing(policies, demand).length === 0);
    expect(denied).toEqual([]);
  });

  test("hold no statement that no call needs", () => {
    const needed = new Set(demands.flatMap((demand) => allowing(policies, demand)));
    const all = Object.entries(policies).flatMap(([name, { Statement }]) =>
      Statement.map(({ Sid }) => `${name}/${Sid}`),
    );
    expect(all.filter((name) => !needed.has(name))).toEqual([]);
  });

  test("deny what makes, changes or ends something without the cluster's own tags", () => {
    const tagged = demands.filter(({ context }) => Object.keys(context).some((key) => key.includes("Tag/")));
    expect(tagged.length).toBeGreaterThan(50);
    const bare = tagged.map((demand) => ({
      ...demand,
      context: Object.fromEntries(
        Object.entries(demand.context).filter(([key]) => !key.includes("kubernetes.io/cluster/")),
      ),
    }));
    expect(bare.filter((demand) => allowing(policies, demand).length > 0)).toEqual([]);
  });

  test("deny other regions, other parameters, and tags that are not the controller's", () => {
    const allowed = (action: string, arn: string, context: Demand["context"] = {}) =>
      allowing(policies, { action, arn, context }).length > 0;
    expect(allowed("ec2:DescribeSubnets", "*", { "aws:RequestedRegion": "eu-west-1" })).toBe(false);
    expect(allowed("ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/secrets/x")).toBe(false);
    const retag = demands.find(({ action, context }) => action === "ec2:CreateTags" && "aws:TagKeys" in context);
    expect(allowed("ec2:CreateTags", retag?.arn ?? "", retag?.context)).toBe(true);
    const keys = [retag?.context["aws:TagKeys"] ?? []].flat();
    const more = { ...retag?.context, "aws:TagKeys": [...keys, "team"] };
    expect(allowed("ec2:CreateTags", retag?.arn ?? "", more)).toBe(false);
  });
});

test("none of those calls leaves user data or what clients sign with in the log, at any level", () => {
  const templates = calls.filter(({ method }) => method === "createLaunchTemplate");
  const texts = templates.map(({ input }) => (input as CreateLaunchTemplateRequest).LaunchTemplateData.UserData ?? "");
  expect(texts.every((text) => Buffer.from(text, "base64").toString().includes(secretOfLife))).toBe(true);
  expect(logged).toContain("created launch template");
  for (const word of [secretOfLife, ...texts, "Y2E="]) expect(logged.includes(word), word.slice(0, 20)).toBe(false);
});
