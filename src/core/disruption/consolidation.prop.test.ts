/** Repacking against upstream's rules on random layouts (lifecycle 8, guard rail; docs/adr/0006). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyCommand } from "../../../test/corpus-disruption/apply-command.ts";
import { verifyCommand, verifyLayout } from "../../../test/corpus-disruption/verify-command.ts";
import { disrupt, movesIn, upstreamMethods } from "../../../test/builders/disrupt.ts";
import { everything, layoutEvents, layoutNow, layoutPool, machineType } from "../../../test/builders/layout.ts";
import { freezeSnapshot } from "../cluster/freeze.ts";
import { applyClusterEvents } from "../cluster/reducer.ts";
import { type ClusterState, emptyClusterState } from "../cluster/state.ts";
import { noMoves, rememberMoves } from "./move-memory.ts";

const types = [
  machineType("c2", { cpu: "2", memory: "4Gi", price: 0.085 }),
  machineType("c4", { cpu: "4", memory: "8Gi", price: 0.17 }),
  machineType("m2", { cpu: "2", memory: "8Gi", price: 0.096 }),
  machineType("m4", { cpu: "4", memory: "16Gi", price: 0.192 }),
  machineType("m8", { cpu: "8", memory: "32Gi", price: 0.384 }),
  machineType("r4", { cpu: "4", memory: "32Gi", price: 0.252 }),
];

const pod = fc.record({
  cpu: fc.constantFrom("250m", "500m", "1", "1500m"),
  memory: fc.constantFrom("512Mi", "1Gi", "3Gi"),
});
const node = fc.record({
  type: fc.constantFrom("c4", "m4", "m8", "r4"),
  zone: fc.constantFrom("a", "b"),
  pods: fc.array(pod, { minLength: 0, maxLength: 2 }),
});
const states = fc
  .tuple(fc.array(node, { minLength: 1, maxLength: 6 }), fc.constantFrom("100%", "2", "1"))
  .map(([nodes, budget]): ClusterState => {
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: budget }] } })];
    const named = Object.fromEntries(nodes.map((given, i) => [`n${i}`, given]));
    return applyClusterEvents(emptyClusterState(), layoutEvents({ types, pools, nodes: named }));
  });

const priceOf = (state: ClusterState): number =>
  freezeSnapshot(state, layoutNow).nodes.reduce(
    (sum, { labels }) =>
      sum + (types.find(({ name }) => name === labels["node.kubernetes.io/instance-type"])?.offerings[0]?.price ?? 0),
    0,
  );

describe("repacking", () => {
  it("saves at least as much as any move of upstream's in the same picture", () => {
    fc.assert(
      fc.property(states, (state) => {
        const snapshot = freezeSnapshot(state, layoutNow);
        const [theirs] = disrupt(snapshot, { methods: upstreamMethods }).commands;
        const [ours] = disrupt(snapshot).commands;
        const short = (theirs?.savingPerHour ?? 0) - (ours?.savingPerHour ?? 0);
        expect(
          short > 1e-9 ? [movesIn(disrupt(snapshot, { methods: upstreamMethods })), movesIn(disrupt(snapshot))] : [],
        ).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("lowers the price with every command, leaves right layouts, ends, and moves no pod more than twice", () => {
    fc.assert(
      fc.property(states, (start) => {
        let state = start;
        let memory = noMoves;
        const moves = new Map<string, number>();
        for (let serial = 0; ; serial++) {
          const snapshot = freezeSnapshot(state, layoutNow);
          const [command] = disrupt(snapshot, { settings: { memory } }).commands;
          if (command === undefined) break;
          expect(verifyCommand(snapshot, command)).toEqual([]);
          const next = applyCommand(state, command, serial).state;
          expect(priceOf(next)).toBeLessThan(priceOf(state));
          expect(verifyLayout(freezeSnapshot(next, layoutNow))).toEqual([]);
          const pods = command.candidates.flatMap((candidate) => candidate.pods);
          for (const { metadata } of pods) moves.set(metadata.uid ?? "", (moves.get(metadata.uid ?? "") ?? 0) + 1);
          memory = rememberMoves(memory, pods, layoutNow);
          state = next;
        }
        expect(Math.max(0, ...moves.values())).toBeLessThanOrEqual(2);
      }),
      { numRuns: 40 },
    );
  });
});
