import { describe, expect, test } from "vitest";
import { layout, layoutNow, machineType, type NodeGiven } from "../../../test/builders/layout.ts";
import type { DisruptionPlan, MethodReport } from "../../core/index.ts";
import { createSettledMethods } from "./settled-methods.ts";

const types = [machineType("s", { cpu: "2" })];
const picture = (nodes: Readonly<Record<string, NodeGiven>>) => layout({ types, nodes });
const report = (change: Partial<MethodReport> = {}): DisruptionPlan => ({
  snapshotVersion: 1,
  commands: [],
  kept: [],
  reports: [{ method: "consolidation", eligible: 1, limitedByBudget: false, ...change }],
});

describe("what was settled", () => {
  const full = picture({ a: { type: "s", pods: [{}] } });

  test("[lifecycle 8.15] stays so while nothing that matters changes, whatever the heartbeats say", () => {
    const settled = createSettledMethods();
    settled.at(full, layoutNow);
    settled.note(report(), layoutNow);
    const beat = { ...full, version: full.version + 5 };
    expect([...settled.at(beat, layoutNow).settled]).toEqual(["consolidation"]);
    const other = picture({ a: { type: "s", pods: [{}, {}] } });
    expect([...settled.at(other, layoutNow).settled]).toEqual([]);
  });

  test("[lifecycle M18] a pod that goes during the search is not taken as considered: the picture is that of its start", () => {
    const settled = createSettledMethods();
    const two = picture({ a: { type: "s", pods: [{}, {}] } });
    settled.at(two, layoutNow);
    settled.note(report({ method: "multi-node-consolidation" }), layoutNow);
    expect([settled.at(two, layoutNow).settled.size, settled.at(full, layoutNow).settled.size]).toEqual([1, 0]);
  });

  test("[lifecycle O10] a search that was cut short goes on twice as long in the same picture", () => {
    const settled = createSettledMethods();
    const first = settled.at(full, layoutNow).workUnits;
    settled.note(report({ unfinished: true }), layoutNow);
    const second = settled.at(full, layoutNow);
    expect([second.workUnits / first, second.settled.size]).toEqual([2, 0]);
  });

  test("[lifecycle M10] is not what budgets left over", () => {
    const settled = createSettledMethods();
    settled.at(full, layoutNow);
    settled.note(report({ limitedByBudget: true }), layoutNow);
    expect(settled.at(full, layoutNow).settled.size).toBe(0);
  });
});
