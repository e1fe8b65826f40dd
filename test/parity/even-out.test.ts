import { describe, expect, test } from "vitest";
import { evenOut } from "./even-out.ts";

const cases: readonly (readonly [what: string, text: string, even: readonly string[]])[] = [
  ["column widths", "NAME      READY   AGE\nweb       2/2     <none>\n", ["NAME  READY  AGE", "web  2/2  <none>"]],
  ["indentation stays", "spec:\n    replicas: 2\n", ["spec:", "    replicas: 2"]],
  ["ages in columns", "web   2m5s   (x)\nweb   4s\n", ["web  <age>  (x)", "web  <age>"]],
  ["counted ages", "Normal   4s (x3 over 10s)   kubelet   Pulled", ["Normal  <age>  kubelet  Pulled"]],
  [
    "durations and quantities of a spec stay",
    "consolidateAfter: 30s\nCpu:  100m",
    ["consolidateAfter: 30s", "Cpu:  100m"],
  ],
  ["names of pods", "web-5d4f8b7c9d-x7k2p is gone", ["web-<hash>-<random> is gone"]],
  ["names of ReplicaSets", "replica set web-5d4f8b7c9d from 0", ["replica set web-<hash> from 0"]],
  ["generated names", "configmap/made-cvkqd created", ["configmap/made-<random> created"]],
  ["words that only look generated", "kube-system my-nginx us-east-1a", ["kube-system my-nginx us-east-1a"]],
  [
    "versions and uids",
    'resourceVersion: "42"\nuid: 123e4567-e89b-12d3-a456-426614174000',
    ["resourceVersion: <version>", "uid: <uid>"],
  ],
  ["times", 'at: "2026-11-24T10:00:00Z"\nStart:  Tue, 24 Nov 2026 10:00:00 +0000', ['at: "<time>"', "Start:  <time>"]],
  ["addresses", "10.0.0.7 https://127.0.0.1:6443", ["<ip> <server>"]],
  [
    "events of one second",
    "Events:\n  Type    Reason\n  ----    ------\n  Normal  Started\n  Normal  Created\nLast:  x",
    ["Events:", "  Type  Reason", "  ----  ------", "  Normal  Created", "  Normal  Started", "Last:  x"],
  ],
  ["a node's name stays", "ip-10-0-0-1.ec2.internal", ["ip-10-0-0-1.ec2.internal"]],
];

describe("evening out", () => {
  test.each(cases)("%s", (_what, text, even) => {
    expect(evenOut(text)).toEqual(even);
  });

  test("an empty output has no lines", () => {
    expect(evenOut("")).toEqual([]);
  });

  test("only some lines, in any order", () => {
    expect(evenOut("b\na\nc\n", { unordered: true, only: /[ab]/ })).toEqual(["a", "b"]);
  });
});
