/** Moves that hold whatever the scheduler does with the pods (lifecycle 8.16, O14). */
import { describe, expect, it } from "vitest";
import { disrupt, type DisruptGiven, keptBecause, movesIn } from "../../../test/builders/disrupt.ts";
import { layout, layoutNow, type LayoutParts, machineType } from "../../../test/builders/layout.ts";
import { spreadOver } from "../../../test/builders/pods.ts";
import { repacking } from "./repacking.ts";
import { revalidateRemoval } from "./validation.ts";

const types = [machineType("s", { cpu: "4", price: 1 }), machineType("l", { cpu: "8", price: 1.9 })];
const rehearsed: DisruptGiven = { settings: { rehearsals: 8 } };
const of = (nodes: LayoutParts["nodes"]) => layout({ types, nodes });
const ofSmall = (nodes: LayoutParts["nodes"]) => layout({ types: types.slice(0, 1), nodes });

const fixed = (cpu: string) => ({ cpu, annotations: { "karpenter.sh/do-not-disrupt": "true" } });

/** Three cores free on one node, one on the other: the pods of `c` fit one way only. */
const tight = ofSmall({
  a: { type: "s", pods: [fixed("1")] },
  b: { type: "s", pods: [fixed("3")] },
  c: { type: "s", pods: [{ cpu: "1" }, { cpu: "3" }] },
});

describe("a consolidation whose pods fit in one order only", () => {
  it("[lifecycle 8.16] is planned where pods follow the plan: the simulation is not the scheduler", () => {
    expect(movesIn(disrupt(tight))).toEqual(["c -> nothing"]);
  });

  it("[lifecycle O14] is not made where the scheduler has its way, and says why", () => {
    const plan = disrupt(tight, rehearsed);
    expect(movesIn(plan)).toEqual([]);
    const kept = keptBecause(plan, "c");
    expect(kept.code).toBe("placement");
    expect(kept.texts).toContain(
      "placed by the scheduler its pods might need s again, and 0 $/h of 1 $/h would be saved",
    );
  });

  it("[lifecycle O14] is made in part where a part holds in any order", () => {
    const snapshot = ofSmall({
      a: { type: "s", pods: [fixed("1")] },
      b: { type: "s", pods: [fixed("2500m")] },
      c: { type: "s", pods: [{ cpu: "1" }, { cpu: "3" }] },
      d: { type: "s", pods: [{ cpu: "500m" }] },
    });
    expect(movesIn(disrupt(snapshot))).toEqual(["c, d -> nothing"]);
    expect(movesIn(disrupt(snapshot, rehearsed))).toEqual(["c -> nothing"]);
  });
});

describe("a consolidation that holds in any order", () => {
  it.each([
    [
      "onto nodes that stay",
      of({ a: { type: "l", pods: [{ cpu: "1" }] }, b: { type: "s", pods: [{ cpu: "1" }, { cpu: "3" }] } }),
    ],
    [
      "onto one that is bought",
      of({ a: { type: "s", pods: [{ cpu: "3500m" }] }, b: { type: "s", pods: [{ cpu: "3500m" }] } }),
    ],
  ])("[lifecycle O14] is made, %s", (_title, snapshot) => {
    expect(movesIn(disrupt(snapshot, rehearsed))).toEqual(movesIn(disrupt(snapshot)));
    expect(movesIn(disrupt(snapshot, rehearsed))).toHaveLength(1);
  });

  it("[lifecycle O14] keeps to the rules of topology while it is rehearsed", () => {
    const spread = (app: string) => ({
      labels: { app },
      spec: { topologySpreadConstraints: [spreadOver("topology.kubernetes.io/zone", app)] },
    });
    const snapshot = of({
      a: { type: "l", zone: "a", pods: [{ cpu: "1", ...spread("w") }] },
      b: { type: "l", zone: "b", pods: [{ cpu: "1" }] },
      c: { type: "s", zone: "b", pods: [{ cpu: "1", ...spread("w") }] },
    });
    expect(movesIn(disrupt(snapshot, rehearsed))).toEqual(movesIn(disrupt(snapshot)));
  });
});

describe("the second look", () => {
  const wide = of({
    a: { type: "l", pods: [fixed("1")] },
    b: { type: "s", pods: [fixed("3")] },
    c: { type: "s", pods: [{ cpu: "1" }, { cpu: "3" }] },
  });
  const narrowed = of({
    a: { type: "l", pods: [fixed("5")] },
    b: { type: "s", pods: [fixed("3")] },
    c: { type: "s", pods: [{ cpu: "1" }, { cpu: "3" }] },
  });
  const secondLook = (settings: NonNullable<DisruptGiven["settings"]>) => {
    const [command] = disrupt(wide, { settings }).commands;
    if (command === undefined) throw new Error("nothing was found");
    return revalidateRemoval(repacking, command, { snapshot: narrowed, options: { now: layoutNow, settings } });
  };

  it("[lifecycle O14] rehearses the move anew: room that has gone meanwhile may leave its pods one way only", () => {
    expect(secondLook({ rehearsals: 0 }).ok).toBe(true);
    expect(secondLook({ rehearsals: 8 })).toMatchObject({ ok: false, failure: { kind: "scheduling" } });
  });
});

it("is rehearsed the same way each time", () => {
  const plans = [1, 2].map(() => disrupt(tight, rehearsed));
  expect(plans[0]?.kept.map(({ text }) => text)).toEqual(plans[1]?.kept.map(({ text }) => text));
});
