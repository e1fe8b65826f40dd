import { describe, expect, it } from "vitest";
import { layout, layoutPool, machineType } from "../../../test/builders/layout.ts";
import type { PoolView } from "../cluster/views.ts";
import { clusterHolding, type PlannedMachine, reachedOf, refusedByClusterLimits } from "./cluster-limits.ts";
import { readClusterLimits } from "./read-cluster-limits.ts";

const s = machineType("s", { cpu: "2", memory: "4Gi", price: 0.5 });
const labelled = (name: string, team: string) => {
  const pool = layoutPool(name);
  return { ...pool, metadata: { ...pool.metadata, labels: { team } } };
};
/** Two machines of team a in two pools, one of team b. */
const picture = layout({
  types: [s],
  pools: [labelled("one", "a"), labelled("two", "a"), labelled("other", "b")],
  nodes: { n1: { type: "s", pool: "one" }, n2: { type: "s", pool: "two" }, n3: { type: "s", pool: "other" } },
});

const limitsOf = (given: object) => {
  const nodePoolSelector = { matchLabels: { team: "a" } };
  const read = readClusterLimits([{ name: "team", nodePoolSelector, ...given }]);
  if (!read.ok) throw new Error(read.failure.join("; "));
  return read.value;
};

const machine = (pool: string): PlannedMachine => {
  const view = picture.pools.find(({ key }) => key.name === pool) as PoolView;
  const cheapest = { instanceType: "s", zone: "a", capacityType: "on-demand", price: 0.5 };
  return { poolKey: view.key, pool: view, cheapest };
};
const refused = (given: object, pools: readonly string[], replacing = false) =>
  refusedByClusterLimits(limitsOf(given), picture, pools.map(machine), { replacing });

describe("limits over several pools (v1alpha5 6.3, R67)", () => {
  it("[R67] count what their pools hold together, and nothing of others", () => {
    const [limit] = limitsOf({ limits: { cpu: "100" } });
    expect(clusterHolding(limit!, picture)).toMatchObject({ resources: { cpu: 4000, nodes: 2 }, pricePerHour: 1 });
  });

  it.each([
    ["resources", { limits: { cpu: "6" } }, 'cluster limit "team" allows 6 of cpu, it would be 8'],
    ["machines", { limits: { nodes: "3" } }, 'cluster limit "team" allows 3 of nodes, it would be 4'],
    ["price", { pricePerHour: 1.5 }, 'cluster limit "team" allows 1.5 $/h, it would be 2 $/h'],
  ])("[R67] %s: the machine that just fits is launched, the next is not, another team's is", (_, given, message) => {
    expect(refused(given, ["one", "two", "other"])).toEqual([undefined, message, undefined]);
  });

  it("[R67] a machine that is refused leaves the room to the next that fits", () => {
    const [small] = limitsOf({ limits: { cpu: "6" } });
    const tight = { ...small!, name: "tight", resources: { nodes: 0 }, selects: () => false };
    expect(refusedByClusterLimits([tight, small!], picture, [machine("one")], { replacing: false })).toEqual([
      undefined,
    ]);
  });

  it("[R67] a cluster at its limit can be renewed, one past it cannot", () => {
    expect(refused({ limits: { nodes: "2" } }, ["one"], true)).toEqual([undefined]);
    expect(refused({ limits: { nodes: "1" } }, ["one"], true)).toEqual([
      'cluster limit "team" allows 1 of nodes, it would be 2',
    ]);
  });

  it("[R67] say when nothing more can be launched", () => {
    const reached = (given: object) => reachedOf(limitsOf(given)[0]!, clusterHolding(limitsOf(given)[0]!, picture));
    expect([
      reached({ limits: { cpu: "4" } }),
      reached({ pricePerHour: 1 }),
      reached({ limits: { cpu: "5" } }),
    ]).toEqual([
      'cluster limit "team" allows 4 of cpu, 4 are held',
      'cluster limit "team" allows 1 $/h, 1 $/h are held',
      undefined,
    ]);
  });
});

describe("the document of limits", () => {
  it.each([
    [{}, "must be a list"],
    [[7], "[0]: must be an object, got 7"],
    [[{ name: "", limits: { cpu: "1" } }], '[0].name: must be a name, got ""'],
    [[{ name: "a" }], "[0]: limits nothing"],
    [[{ name: "a", pricePerHour: -1 }], "[0].pricePerHour: must be USD an hour"],
    [[{ name: "a", limits: { cpu: "much" } }], "[0].limits: cpu"],
    [[{ name: "a", limits: { cpu: "1" }, pools: {} }], "[0].pools: is not known"],
    [
      [{ name: "a", limits: { cpu: "1" }, nodePoolSelector: { matchExpressions: [{ key: "k", operator: "Near" }] } }],
      "[0].nodePoolSelector",
    ],
    [
      [
        { name: "a", pricePerHour: 1 },
        { name: "a", pricePerHour: 2 },
      ],
      'two limits are called "a"',
    ],
  ])("%j is refused with its place", (document, text) => {
    const read = readClusterLimits(document);
    expect(read.ok ? "" : read.failure.join("; ")).toContain(text);
  });

  it("may be absent", () => {
    expect([readClusterLimits(undefined), readClusterLimits(null)]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [] },
    ]);
  });
});
