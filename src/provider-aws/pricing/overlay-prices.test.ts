import { describe, expect, test } from "vitest";
import { capacityTypes, type NodeOverlay, setCondition } from "../../api/index.ts";
import type { Offering } from "../../core/index.ts";
import { typeOf } from "../catalogue/testing.ts";
import { createOverlayPrices, withOverlayPrices } from "./overlay-prices.ts";

interface Stated {
  readonly types?: readonly string[];
  readonly price?: string;
  readonly weight?: number;
  readonly valid?: boolean;
  readonly key?: string;
}

function overlay(name: string, stated: Stated = {}): NodeOverlay {
  const { types = ["m5.large"], price = "0.05", weight = 1, valid = true, key } = stated;
  const object: NodeOverlay = {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name, generation: 1 },
    spec: {
      weight,
      requirements: [{ key: key ?? "node.kubernetes.io/instance-type", operator: "In", values: types }],
      ...(price === "" ? {} : { price }),
    },
  };
  const condition = { type: "ValidationSucceeded", status: valid ? "True" : "False", reason: "Test" } as const;
  return setCondition(object, condition, "2026-01-01T00:00:00Z");
}

const statedBy = (...overlays: readonly NodeOverlay[]) =>
  createOverlayPrices(
    () => overlays,
    () => 1,
  );

/** AWS tells the on-demand price of everything, and no spot price. */
const fromAws = { version: 7, onDemand: () => 1, spot: () => undefined };

const spotOf = (prices: typeof fromAws | ReturnType<typeof withOverlayPrices>): readonly Offering[] =>
  typeOf("m5.large", { conditions: { prices } }).offerings.filter(
    ({ available, capacityType }) => available && capacityType === capacityTypes.spot,
  );

describe("a price that an overlay states", () => {
  test("[aws 9.2.43] makes a spot offering available that AWS tells no price of, and leaves prices that are known", () => {
    expect(spotOf(fromAws)).toEqual([]);
    const prices = withOverlayPrices(fromAws, statedBy(overlay("a")));
    expect(spotOf(prices).map(({ zone, price }) => [zone, price])).toEqual([
      ["us-east-1a", 0.05],
      ["us-east-1b", 0.05],
      ["us-east-1c", 0.05],
    ]);
    expect(prices.onDemand("m5.large")).toBe(1);
  });

  test.each<[string, Stated]>([
    ["has not passed validation", { valid: false }],
    ["states no price", { price: "" }],
    ["means other types", { types: ["m5.xlarge"] }],
    ["requires something else", { key: "karpenter.k8s.aws/instance-family" }],
  ])("counts for nothing when the overlay %s", (_, stated) => {
    expect(statedBy(overlay("a", stated)).priceOf("m5.large")).toBeUndefined();
  });

  test("is that of the heaviest overlay, of equal ones of the last by name", () => {
    const heavy = overlay("a", { weight: 9, price: "0.09" });
    expect(statedBy(heavy, overlay("b")).priceOf("m5.large")).toBe(0.09);
    expect(statedBy(overlay("c", { price: "0.03" }), overlay("b")).priceOf("m5.large")).toBe(0.03);
  });

  test("is read again when overlays have changed, and offerings are made anew", () => {
    const overlays = [overlay("a")];
    let changes = 1;
    const prices = withOverlayPrices(
      fromAws,
      createOverlayPrices(
        () => overlays,
        () => changes,
      ),
    );
    const before = prices.version;
    expect(prices.spot("m5.large", "us-east-1a")).toBe(0.05);
    overlays.splice(0, 1, overlay("a", { price: "0.06" }));
    changes += 1;
    expect([prices.spot("m5.large", "us-east-1a"), prices.version]).toEqual([0.06, before + 1]);
  });
});
