import { describe, expect, test } from "vitest";
import { budget, findingsOf, nodePool, stateOf, workload } from "../testing.ts";
import { account, deniedAnswer } from "../testing-account.ts";

const spot = "{key: karpenter.sh/capacity-type, operator: In, values: [spot]}";
const either = "{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}";
const onDemand = "{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}";
const zone = "{key: topology.kubernetes.io/zone, operator: In, values: [us-east-1a]}";
const gpu = "{key: node.kubernetes.io/instance-type, operator: In, values: [p3.8xlarge, p3.16xlarge]}";
const guarded = workload("Deployment") + budget("maxUnavailable: 1");

describe.each([
  ["KBP401", "[R51] [R53] [R57]", nodePool("a", `[${spot}]`), nodePool("a", `[${onDemand}]`)],
  ["KBP402", "[R58]", nodePool("a", `[${spot}, ${zone}]`), nodePool("a", `[${spot}]`)],
  ["KBP403", "[R57]", nodePool("a", `[${spot}]`) + guarded, nodePool("a", `[${either}]`) + guarded],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken, and not where it only looks broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

test("[R57] fewer than five types are an error, and KBP401 names them", () => {
  const pool = nodePool("a", `[${spot}, {key: karpenter.k8s.aws/instance-family, operator: In, values: [c5]}]`);
  expect(findingsOf("KBP401", { files: pool })[0]).toMatchObject({
    severity: "error",
    message: "NodePool a has 2 types for spot; recommended 20",
    evidence: "c5.large, c5.16xlarge; 4 pairs of type and zone",
  });
});

test("[R51] pools of accelerators alone have bounds of their own", () => {
  expect(findingsOf("KBP401", { files: nodePool("a", `[${spot}, ${gpu}]`) })[0]?.severity).toBe("warning");
});

test("[R58] KBP402 is an error for a pool that has nothing but spot", () => {
  const severity = (type: string) => findingsOf("KBP402", { files: nodePool("a", `[${type}, ${zone}]`) })[0]?.severity;
  expect([severity(spot), severity(either)]).toEqual(["error", "warning"]);
});

test("[R57] another pool with on-demand is fallback enough", () => {
  const files = nodePool("a", `[${spot}]`) + nodePool("b", `[${onDemand}]`) + guarded;
  expect(findingsOf("KBP403", { files })).toEqual([]);
});

test("[R51] a pool without spot is skipped, which is no pass", () => {
  expect(stateOf("KBP401", { files: nodePool("a", `[${onDemand}]`) })).toBe("skipped");
});

describe("zones by subnets", () => {
  const nodeClass = (status = "") =>
    `---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: default}\nspec: {subnetSelectorTerms: [{tags: {karpenter.sh/discovery: prod}}]}\n${status}`;
  const files = nodePool("a", `[${spot}]`);

  test("[R58] KBP402 counts only zones in which the class has subnets: by the account", () => {
    const given = { files: files + nodeClass(), account: account() };
    expect(findingsOf("KBP402", given)).toMatchObject([
      {
        message: "Spot of NodePool a is confined to us-east-1a",
        evidence: expect.stringContaining("subnets are in us-east-1a"),
      },
    ]);
  });

  test("[R58] and by the status of the class", () => {
    const dump = files + nodeClass("status: {subnets: [{id: s, zone: us-east-1b}]}\n");
    expect(findingsOf("KBP402", { dump })[0]?.message).toBe("Spot of NodePool a is confined to us-east-1b");
  });

  test("[R58] subnets of another class do not count", () => {
    const other = nodeClass("status: {subnets: [{id: s, zone: us-east-1b}]}\n").replace("name: default", "name: other");
    expect(stateOf("KBP402", { dump: files + other })).toBe("pass");
  });

  test("[R58] an account that denies the call is no pass, but what is known without it is told", () => {
    const denied = account({ network: deniedAnswer("ec2:DescribeSubnets") });
    expect(stateOf("KBP402", { files, account: denied })).toBe("unknown");
    expect(stateOf("KBP402", { files: nodePool("a", `[${spot}, ${zone}]`), account: denied })).toBe("fail");
  });

  test("[R63] KBP505: a zone without a subnet is not served", () => {
    const pinned = workload("Deployment", "", "nodeSelector: {topology.kubernetes.io/zone: us-east-1b}");
    expect(stateOf("KBP505", { files: files + nodeClass() + pinned })).toBe("pass");
    expect(stateOf("KBP505", { files: files + nodeClass() + pinned, account: account() })).toBe("fail");
  });
});
