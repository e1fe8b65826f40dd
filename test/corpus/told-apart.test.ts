import { describe, expect, it } from "vitest";
import { provision } from "../../src/core/index.ts";
import { pod } from "../builders/pods.ts";
import { nodePool, snapshot, testOptions } from "../builders/snapshot.ts";
import { toldApart } from "./told-apart.ts";

const avoiding = pod("avoiding", { spec: { nodeSelector: { "karpenter.sh/custom": "x" } } });
const pendingPods = [pod("web"), avoiding];
const plan = provision(snapshot({ pools: [nodePool()], pods: pendingPods }), testOptions);

describe("pods and pools that are no part of the loop", () => {
  it("are the same when the same label is in the way, however the text lists those that would do", () => {
    const ignored = { avoiding: "using label karpenter.sh/custom is not allowed; specify a well known label: [a b]" };
    expect(toldApart(plan, { pendingPods }, { ignored })).toEqual([]);
  });

  it("differ when another obstacle is told, or none on either side", () => {
    const [other] = toldApart(plan, { pendingPods }, { ignored: { avoiding: "not provisionable" } });
    expect(other).toMatch(/^ignored avoiding: .*, in the recording not provisionable$/);
    expect(toldApart(plan, { pendingPods }, {})).toHaveLength(1);
    expect(toldApart(plan, { pendingPods: [] }, { ignored: { web: "not provisionable" } })).toHaveLength(2);
  });

  it("differ when a message on a pool is missing", () => {
    const ignored = { avoiding: "label karpenter.sh/custom is restricted" };
    expect(toldApart(plan, { pendingPods }, { ignored, poolErrors: ["default: no types"] })).toEqual([
      "pool default: no types: nothing, in the recording said",
    ]);
  });
});
