import { describe, expect, it } from "vitest";
import { instanceType, offering, testZones } from "../../../test/builders/instance-types.ts";
import { app, spreads, zone } from "../../../test/builders/placing.ts";
import { podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds } from "../../../test/builders/rounds.ts";
import { inTieOrder, tieOrdersOf } from "./ties.ts";

describe("orders of domains that tie", () => {
  it.each([
    [1, ["a"]],
    [2, ["ab", "ba"]],
    [3, ["abc", "acb", "bac", "bca", "cab", "cba"]],
    [4, ["abcd", "bacd", "cabd", "dabc"]],
  ])("of %i domains are all there, or each of them first", (count, orders) => {
    const domains = ["a", "b", "c", "d"].slice(0, count);
    const made = Array.from({ length: tieOrdersOf(count) }, (_, order) => inTieOrder(domains, order).join(""));
    expect(made.toSorted()).toEqual(orders);
    expect(made[0]).toBe(domains.join(""));
  });

  it("are tried for few pods, so that the pair of zones is bought that is cheapest together", () => {
    const sold = (name: string, cpu: string, prices: readonly number[]) =>
      instanceType(name, {
        cpu,
        memory: "16Gi",
        offerings: prices.map((price, i) => offering(testZones[i] ?? "", "on-demand", price)),
      });
    const types = [sold("small", "2", [5, 6, 6]), sold("large", "4", [9, 9, 7])];
    const pods = podsOf(3, "web", app("web", spreads(spreadOver(zone, "web", 2)), { requests: { cpu: "1.5" } }));
    const { pricePerHour } = createRounds({ types }).pass(pods);
    expect(pricePerHour).toBe(12);
  });
});
