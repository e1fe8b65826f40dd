import { describe, expect, test } from "vitest";
import { nodePool } from "../../../test/controllers/builders.ts";
import { findExcess } from "./create-claims.ts";

const gibibyte = 1024 ** 3;

describe("limits at creation (scheduling 6.5)", () => {
  test.each([
    ["no limits", {}, { cpu: 100_000 }, undefined],
    ["usage below", { cpu: "10" }, { cpu: 9_000 }, undefined],
    ["usage equal passes", { cpu: "10" }, { cpu: 10_000 }, undefined],
    [
      "usage above, in plain decimals",
      { cpu: "10" },
      { cpu: 10_500 },
      "resource usage exceeds limit (limit=10, resource-name=cpu, usage=10.5)",
    ],
    [
      "memory in bytes",
      { memory: "1Gi" },
      { memory: 2 * gibibyte },
      `resource usage exceeds limit (limit=${gibibyte}, resource-name=memory, usage=${2 * gibibyte})`,
    ],
    [
      "nodes count too",
      { nodes: "2" },
      { nodes: 3 },
      "resource usage exceeds limit (limit=2, resource-name=nodes, usage=3)",
    ],
    ["a resource that the pool does not hold", { "nvidia.com/gpu": "1" }, { cpu: 1 }, undefined],
  ])("%s", (_title, limits, usage, expected) => {
    expect(findExcess(nodePool("p", { limits }), usage)).toBe(expected);
  });
});
