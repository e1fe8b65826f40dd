import { describe, expect, it } from "vitest";
import { annotations, labels, type NodeOverlay } from "../../api/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { isIn, launchedTypes } from "../../../test/builders/placing.ts";
import { pod } from "../../../test/builders/pods.ts";
import { createRounds } from "../../../test/builders/rounds.ts";
import { nodePool } from "../../../test/builders/snapshot.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { poolViewOf } from "../cluster/views.ts";
import { overlaidTypes } from "./apply-overlays.ts";
import { conflictingOverlays } from "./conflicts.ts";
import { overlayRules } from "./overlay-rule.ts";

const overlay = (name: string, spec: Partial<NodeOverlay["spec"]>): NodeOverlay => ({
  apiVersion: "karpenter.sh/v1alpha1",
  kind: "NodeOverlay",
  metadata: { name },
  spec: { requirements: [], ...spec },
});
const sold = (name: string, price: number) =>
  instanceType(name, {
    offerings: [offering("test-zone-1", "on-demand", price), offering("test-zone-2", "spot", price)],
  });
const types: readonly InstanceType[] = [sold("cheap", 1), sold("dear", 2)];
const pool = poolViewOf(nodePool("default", { labels: { team: "a" } }));
const overlaid = (...overlays: readonly NodeOverlay[]) => overlaidTypes(pool, types, overlayRules(overlays));
const prices = (...overlays: readonly NodeOverlay[]) =>
  overlaid(...overlays).map(({ offerings }) => offerings.map(({ price }) => price));
const ofDear = { requirements: [isIn(labels.instanceType, "dear")] };

describe("overlays", () => {
  it("[scheduling O207] lower a price, so that the type is launched, and mark the claim", () => {
    const lowered = overlaid(overlay("sale", { ...ofDear, price: "0.5" }));
    const [claim] = createRounds({ pools: [pool.pool], types: lowered }).pass([pod("web")]).claims;
    expect([claim?.cheapest.instanceType, claim?.cheapest.price]).toEqual(["dear", 0.5]);
    expect(claim?.claim.metadata.annotations?.[annotations.priceOverlayApplied]).toBe("true");
    expect(claim?.claim.metadata.annotations?.[annotations.capacityOverlayApplied]).toBeUndefined();
  });

  it("[scheduling O207] add a resource that pods need", () => {
    const extended = overlaid(overlay("fuse", { ...ofDear, capacity: { "example.com/fuse": "2" } }));
    const web = pod("web", { requests: { "example.com/fuse": "1" } });
    const plain = createRounds({ pools: [pool.pool], types }).pass([web]);
    const plan = createRounds({ pools: [pool.pool], types: extended }).pass([web]);
    expect([launchedTypes(plain), launchedTypes(plan)]).toEqual([[], ["dear"]]);
    expect(plan.claims[0]?.claim.metadata.annotations?.[annotations.capacityOverlayApplied]).toBe("true");
  });

  it.each([
    [{ priceAdjustment: "+0.5" }, 2.5],
    [{ priceAdjustment: "-0.5" }, 1.5],
    [{ priceAdjustment: "-10%" }, 1.8],
    [{ priceAdjustment: "+10%" }, 2.2],
    [{ priceAdjustment: "-5" }, 0],
    [{ price: "3" }, 3],
  ])("%o makes 2 dollars %d", (spec, expected) => {
    expect(prices(overlay("o", { ...ofDear, ...spec }))[1]?.[0]).toBeCloseTo(expected, 9);
  });

  it("touch only the offerings that they mean, and leave other types as they are", () => {
    const after = overlaid(
      overlay("spot", {
        requirements: [isIn(labels.instanceType, "dear"), isIn(labels.capacityType, "spot")],
        price: "9",
      }),
    );
    expect(after.map(({ offerings }) => offerings.map(({ price }) => price))).toEqual([
      [1, 1],
      [2, 9],
    ]);
    expect(after[0]).toBe(types[0]);
  });

  it("mean pools by name and by label, and nothing by a label that is not there", () => {
    const price = "9";
    expect([
      prices(overlay("o", { requirements: [isIn(labels.nodePool, "default"), isIn("team", "a")], price })),
      prices(overlay("o", { requirements: [isIn(labels.nodePool, "other")], price })),
      prices(overlay("o", { requirements: [isIn("nobody", "x")], price })),
    ]).toEqual([
      [
        [9, 9],
        [9, 9],
      ],
      [
        [1, 1],
        [2, 2],
      ],
      [
        [1, 1],
        [2, 2],
      ],
    ]);
  });

  it("go by weight, then by name from the end", () => {
    const of = (name: string, price: string, weight?: number) =>
      overlay(name, { ...ofDear, price, ...(weight === undefined ? {} : { weight }) });
    expect([prices(of("a", "7", 5), of("z", "8"))[1]?.[0], prices(of("a", "7"), of("z", "8"))[1]?.[0]]).toEqual([7, 8]);
  });

  it("merge different resources, the first of each winning", () => {
    const [, dear] = overlaid(
      overlay("heavy", { ...ofDear, weight: 2, capacity: { "example.com/a": "1" } }),
      overlay("light", { ...ofDear, weight: 1, capacity: { "example.com/a": "5", "example.com/b": "3" } }),
    );
    expect([dear?.capacity["example.com/a"], dear?.capacity["example.com/b"]]).toEqual([1, 3]);
  });
});

describe("conflicts", () => {
  const losers = (...overlays: readonly NodeOverlay[]) => [
    ...conflictingOverlays(overlayRules(overlays), [{ pool, types }]),
  ];
  const spot = { requirements: [isIn(labels.capacityType, "spot")] };
  const demand = { requirements: [isIn(labels.capacityType, "on-demand")] };

  it.each([
    ["prices of one offering", overlay("a", { ...ofDear, price: "1" }), overlay("b", { price: "2" }), ["a"]],
    [
      "one resource of one type",
      overlay("a", { capacity: { "x.com/a": "1" } }),
      overlay("b", { capacity: { "x.com/a": "2" } }),
      ["a"],
    ],
    [
      "prices of different offerings",
      overlay("a", { ...spot, price: "1" }),
      overlay("b", { ...demand, price: "2" }),
      [],
    ],
    ["different weights", overlay("a", { price: "1", weight: 1 }), overlay("b", { price: "2", weight: 2 }), []],
    ["a price and a resource", overlay("a", { price: "1" }), overlay("b", { capacity: { "x.com/a": "2" } }), []],
  ])("over %s", (_, a, b, expected) => {
    expect(losers(a, b)).toEqual(expected);
  });
});
