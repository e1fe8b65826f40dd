import { describe, expect, it } from "vitest";
import { findBadQuantity } from "./find-bad-quantity.ts";

const pod = (resources: unknown) => ({
  spec: {
    containers: [
      { name: "good", resources: { requests: { cpu: "1" } } },
      { name: "c", resources },
    ],
  },
});

describe("findBadQuantity", () => {
  it.each(["1e400", "abc", "1.5.5", "--1", null])("finds %j with its path", (memory) => {
    expect(findBadQuantity(pod({ requests: { cpu: "500m", memory } }))).toEqual({
      path: ["spec", "containers", 1, "resources", "requests", "memory"],
      text: String(memory),
    });
  });

  it("finds nothing where every quantity is one", () => {
    expect(
      findBadQuantity(pod({ requests: { cpu: 2, memory: "1Gi" }, limits: { "nvidia.com/gpu": "1" } })),
    ).toBeUndefined();
  });
});
