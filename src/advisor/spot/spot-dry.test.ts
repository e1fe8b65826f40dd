import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, stateOf, workload } from "../testing.ts";

const now = "2026-06-01T10:20:00Z";
const pool = nodePool("a", "[{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]");
const waiting = `---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\nstatus: {conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, lastTransitionTime: "2026-06-01T10:00:00Z"}]}\n`;
const refused = (last: string) =>
  `---\napiVersion: v1\nkind: Event\nmetadata: {name: e}\ninvolvedObject: {kind: NodeClaim, name: c}\nreason: InsufficientCapacityError\nmessage: all requested instance types were unavailable during launch\nsource: {component: karpenter}\nfirstTimestamp: "2026-06-01T10:00:00Z"\nlastTimestamp: "${last}"\n`;
const node = `---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, creationTimestamp: "2026-06-01T10:05:00Z", labels: {karpenter.sh/nodepool: a}}\n`;
const long = refused("2026-06-01T10:15:00Z");

describe("KBP404", () => {
  test("[R57] a quarter of an hour without capacity, and a pod waits", () => {
    expect(findingsOf("KBP404", { dump: pool + waiting + long, now })).toMatchObject([
      { message: expect.stringMatching(/^No spot capacity in any of \d+ pools; 1 pod waits$/) },
    ]);
  });

  test.each([
    ["nobody waits", pool + long],
    ["it was refused for two minutes", pool + waiting + refused("2026-06-01T10:02:00Z")],
    ["a node came since", pool + waiting + long + node],
    ["nothing was refused", pool + waiting],
  ])("[R57] silent where %s", (_, dump) => {
    expect(findingsOf("KBP404", { dump, now })).toEqual([]);
  });

  const line = (time: string, text: string) => `2026-06-01T${time}:00.000Z\tERROR\tcontroller\t${text}\n`;
  const ice = "launching machine, creating instance, with fleet error(s), InsufficientInstanceCapacity: no";

  test("[R57] the log tells it too, unless a machine was launched between", () => {
    const dry = line("10:00", ice) + line("10:04", ice) + line("10:08", ice);
    const wet = line("10:00", ice) + line("10:04", "launched machine") + line("10:08", ice);
    expect(findingsOf("KBP404", { log: dry })).toMatchObject([
      { evidence: expect.stringContaining("3 refusals within 8 min") },
    ]);
    expect(findingsOf("KBP404", { log: wet })).toEqual([]);
  });

  test("files alone cannot tell", () => expect(stateOf("KBP404", { files: pool })).toBe("unknown"));
});

describe("KBP406", () => {
  const one = nodePool(
    "a",
    "[{key: node.kubernetes.io/instance-type, operator: In, values: [c5.large]}, {key: karpenter.sh/capacity-type, operator: In, values: [spot]}]",
  );

  test("[R56] types of the same size in order of name", () => {
    expect(findingsOf("KBP406", { files: one })).toMatchObject([
      { severity: "info", message: "Types with 8 GiB, 2 vCPU, amd64 in us-east-1: c5.large, m5.large, r5.large" },
    ]);
  });

  test("[R56] a pool that does not use spot is not asked", () => {
    expect(stateOf("KBP406", { files: one.replace("[spot]", "[on-demand]") })).toBe("skipped");
  });
});

test("[R57] KBP404 goes pool by pool: a node of another one says nothing, nor does a pod that it cannot serve", () => {
  const other = node.replace("karpenter.sh/nodepool: a", "karpenter.sh/nodepool: b");
  const claimed = long.replace("name: c}", "name: a-x}");
  expect(findingsOf("KBP404", { dump: pool + waiting + claimed + other, now })).toHaveLength(1);
  expect(findingsOf("KBP404", { dump: pool + waiting + claimed + node, now })).toEqual([]);
  const onDemand = pool.replace("[spot]", "[on-demand]");
  expect(findingsOf("KBP404", { dump: onDemand + waiting + claimed, now })[0]?.message).toMatch(
    /^No on-demand capacity in any of/,
  );
});

test("[R56] KBP406 goes with KBP140 too: types that are large enough, of those that it allows", () => {
  const wide = nodePool("a", "[{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}]", "weight: 1");
  expect(findingsOf("KBP406", { files: wide + workload("Deployment") })).toMatchObject([
    { message: "Types with 8 GiB, 2 vCPU, amd64 in us-east-1: c5.large, m5.large, r5.large" },
  ]);
});
