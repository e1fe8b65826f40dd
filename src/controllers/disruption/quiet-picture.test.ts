import { describe, expect, test } from "vitest";
import {
  everything,
  layout,
  layoutNow,
  layoutPool,
  machineType,
  type NodeGiven,
} from "../../../test/builders/layout.ts";
import { type DisruptionPlan, epochMillisOf } from "../../core/index.ts";
import { createQuietPicture } from "./quiet-picture.ts";

const seconds = 1_000;
const types = [machineType("s", { cpu: "2" })];
const nothing: DisruptionPlan = { snapshotVersion: 1, commands: [], kept: [], reports: [] };
const later = (milliseconds: number) => epochMillisOf(layoutNow + milliseconds);

/** Whether ten seconds after a pass that found nothing the next may be spared. */
function isSpared(node: Partial<NodeGiven>, disruption = {}): boolean {
  const pools = [layoutPool("default", { disruption: { ...everything, ...disruption } })];
  const picture = layout({ types, pools, nodes: { a: { type: "s", pods: [{}], ...node } } });
  const quiet = createQuietPicture();
  quiet.note(picture, nothing, layoutNow);
  return quiet.holds(picture, later(10 * seconds));
}

describe("a picture in which nothing was found", () => {
  const picture = layout({ types, nodes: { a: { type: "s", pods: [{}] } } });

  test("is not looked at again for a minute, unless anything changes", () => {
    const quiet = createQuietPicture();
    expect(quiet.holds(picture, layoutNow)).toBe(false);
    quiet.note(picture, nothing, layoutNow);
    expect([59, 60].map((after) => quiet.holds(picture, later(after * seconds)))).toEqual([true, false]);
    expect(quiet.holds({ ...picture, version: picture.version + 1 }, later(seconds))).toBe(false);
  });

  test("is looked at again while a search is not through", () => {
    const quiet = createQuietPicture();
    const report = { method: "consolidation", eligible: 1, limitedByBudget: false, unfinished: true } as const;
    quiet.note(picture, { ...nothing, reports: [report] }, layoutNow);
    expect(quiet.holds(picture, later(seconds))).toBe(false);
  });

  test("is looked at again where something ends by itself: a pod's protected time, a budget's window", () => {
    const pods = [
      { annotations: { "karpenter.sh/do-not-disrupt": "5m" }, status: { startTime: "2026-01-01T00:00:00Z" } },
    ];
    expect([
      isSpared({}),
      isSpared({ pods }),
      isSpared({}, { budgets: [{ nodes: "1", schedule: "0 0 * * *", duration: "1h" }] }),
    ]).toEqual([true, false, false]);
  });
});
