/** Rules that read a dump of a running cluster. */
import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, stateOf } from "../testing.ts";

const pool = nodePool("a", "[]");
const node = (name: string, labels: string) =>
  `---\napiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${labels}}}\nspec: {}\nstatus: {conditions: [{type: Ready, status: "True"}]}\n`;
const pod = (name: string, labels: string, ready = "True") =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: karpenter, labels: {${labels}}}\nspec: {nodeName: node-1, containers: [{name: c}]}\nstatus: {phase: Running, conditions: [{type: Ready, status: "${ready}"}]}\n`;
const own = "app.kubernetes.io/name: karpenter";
const fargate = "eks.amazonaws.com/fargate-profile: karpenter";
const owned = node("node-1", "karpenter.sh/nodepool: a");
const group = node("node-2", "eks.amazonaws.com/nodegroup: a");

describe.each([
  ["KBP101", "[R1] [R16]", pool + pod("k", own, "False"), pool + pod("k", own)],
  ["KBP102", "[R17]", pool + owned, pool + owned + group],
  [
    "KBP102",
    "[R17]",
    pool + node("node-1", "eks.amazonaws.com/compute-type: fargate"),
    pool + owned + pod("k", `${own}, ${fargate}`),
  ],
  ["KBP105", "[R18]", pod("k", `${own}, ${fargate}`) + pod("w", own), pod("k", own) + pod("w", own)],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken, and not where it only looks broken`, () => {
    expect(findingsOf(rule, { dump: broken })).toHaveLength(1);
    expect(findingsOf(rule, { dump: clean })).toEqual([]);
  });
});

test("[R16] files say nothing of what runs", () => {
  expect(stateOf("KBP101", { files: pool })).toBe("unknown");
});

describe("KBP524", () => {
  const killed = (resources: string) =>
    pod("web", "app: web")
      .replace("{name: c}", `{name: c, resources: {${resources}}}`)
      .replace("status: {", "status: {containerStatuses: [{name: c, lastState: {terminated: {reason: OOMKilled}}}], ");
  const spare = "requests: {memory: 1Gi}, limits: {memory: 2Gi}";

  test("[R79] [R84] a container that was killed above its request is found on a pool that consolidates", () => {
    expect(findingsOf("KBP524", { dump: pool + owned + killed(spare) })[0]?.message).toBe(
      "c of web was OOM-killed on node-1",
    );
  });

  test("[R79] one at its own limit, or on a node of a group, was not packed too tightly", () => {
    expect(findingsOf("KBP524", { dump: pool + owned + killed("limits: {memory: 2Gi}") })).toEqual([]);
    expect(findingsOf("KBP524", { dump: pool + group.replace("node-2", "node-1") + killed(spare) })).toEqual([]);
  });
});
