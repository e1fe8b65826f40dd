import { expect, test } from "vitest";
import { findingsOf, settingsMap } from "../testing.ts";

test("[R26] KBP701 names the key that was meant", () => {
  expect(findingsOf("KBP701", { files: settingsMap("{aws.interuptionQueue: q, aws.clusterName: a}") })).toMatchObject([
    { message: "Key aws.interuptionQueue is ignored (did you mean aws.interruptionQueue?)" },
  ]);
});

test("[R26] known keys, aliases and single tags are no findings, whatever their values", () => {
  const files = settingsMap(
    '{aws.interruptionQueue: q, aws.tags.team: a, batchMaxDuration: wrong, aws.clusterName: ""}',
  );
  expect(findingsOf("KBP701", { files })).toEqual([]);
});

test("[R14] KBP705 finds a node with the owner labels of both eras", () => {
  const node = (labels: string) => `apiVersion: v1\nkind: Node\nmetadata: {name: node-1, labels: {${labels}}}\n`;
  const both = node("karpenter.sh/nodepool: a, karpenter.sh/provisioner-name: b");
  expect(findingsOf("KBP705", { dump: both })).toHaveLength(1);
  expect(findingsOf("KBP705", { dump: node("karpenter.sh/nodepool: a") })).toEqual([]);
});
