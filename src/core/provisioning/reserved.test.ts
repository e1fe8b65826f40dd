import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { avoids, host, isIn, prefers } from "../../../test/builders/placing.ts";
import { bought, reservedRounds, soldType } from "../../../test/builders/reserved.ts";
import { pod, podsOf } from "../../../test/builders/pods.ts";
import type { RoundsSetting } from "../../../test/builders/rounds.ts";
import { nodePool } from "../../../test/builders/snapshot.ts";

/** What upstream needs several passes for is done in one here (scheduling 11.4 items 36 and 37). */
const policies = [
  ["", "compatible"],
  [" ours", "cheapest"],
] as const;

const apart = (count: number, name = "web") =>
  podsOf(count, name, { labels: { app: "web" }, spec: avoids(host, "web") });

/** What each of three passes buys for the pods that wait. */
function passes(setting: RoundsSetting, policy: "compatible" | "cheapest", pods: ReturnType<typeof apart>) {
  const rounds = reservedRounds(setting, { policy });
  return [rounds.pass(pods), rounds.pass(), rounds.pass()].map(bought);
}

const [small, medium] = ["small reserved", "medium reserved"];
const market = "small on-demand";

describe.each(policies)("reserved capacity%s", (suffix, policy) => {
  const isOurs = policy === "cheapest";

  it(`[scheduling O197] is used up before any other is bought${suffix}`, () => {
    const types = [soldType("small", 2, ["s", 1]), soldType("medium", 4, ["m", 1])];
    const expected = isOurs ? [[medium, market, small], [], []] : [[small], [medium], [market]];
    expect(passes({ types }, policy, apart(3))).toEqual(expected);
  });

  const oneEach = ["a", "b"].map((team) => pod(team, { spec: { nodeSelector: { team } } }));
  const twoPools = (a: string, b: string): RoundsSetting => ({
    pools: ["a", "b"].map((name) => nodePool(name, { labels: { team: name } })),
    typesOf: { a: [soldType("small", 2, [a, 1])], b: [soldType("small", 2, [b, 1])] },
  });

  it(`[scheduling O198] that two pools share has its places once${suffix}`, () => {
    const expected = isOurs ? [[market, small], [], []] : [[small], [market], []];
    expect(passes(twoPools("r", "r"), policy, oneEach)).toEqual(expected);
  });

  it(`[scheduling O198] of each pool has places of its own${suffix}`, () => {
    expect(passes(twoPools("r", "other"), policy, oneEach)).toEqual([[small, small], [], []]);
  });

  it(`[scheduling O199] of two reservations of one type is used up${suffix}`, () => {
    const types = [soldType("small", 2, ["one", 1], ["two", 2])];
    const [first, ...later] = passes({ types }, policy, apart(4));
    if (isOurs)
      expect([first, later]).toEqual([
        [market, small, small, small],
        [[], []],
      ]);
    else
      expect([first?.every((each) => each === small), later.flat().filter((each) => each === market)]).toEqual([
        true,
        [market],
      ]);
  });

  it(`[scheduling O200] that is used up sends nobody to a lighter pool${suffix}`, () => {
    const pools = [nodePool("heavy", { weight: 10 }), nodePool("light", { weight: 1 })];
    const typesOf = { heavy: [soldType("small", 2, ["r", 1])], light: [soldType("cheap", 1)] };
    expect(passes({ pools, typesOf }, policy, apart(2)).flat()).toEqual(isOurs ? [market, small] : [small, market]);
  });

  it(`[scheduling O201] that is used up costs no pod its preference${suffix}`, () => {
    const pools = ["a", "b"].map((name) => nodePool(name, { labels: { team: name } }));
    const typesOf = { a: [soldType("small", 2, ["r", 1])], b: [soldType("cheap", 1)] };
    const preferring = apart(2).map((each) => ({
      ...each,
      spec: { ...each.spec, affinity: { ...each.spec.affinity, ...prefers([1, isIn("team", "a")]).affinity } },
    }));
    expect(passes({ pools, typesOf }, policy, preferring).flat().sort()).toEqual([market, small]);
  });

  it(`[scheduling O202] holds two pods on one machine by one place${suffix}`, () => {
    const rounds = reservedRounds({ types: [soldType("small", 2, ["r", 1])] }, { policy });
    const plan = rounds.pass(podsOf(2, "web", { requests: { cpu: "500m" } }));
    expect([bought(plan), plan.unplaced]).toEqual([[small], []]);
  });

  it(`[scheduling O197] is named on the claim, and nothing else is${suffix}`, () => {
    const rounds = reservedRounds({ types: [soldType("small", 2, ["s", 1])] }, { policy });
    const [claim] = rounds.pass([pod("web")]).claims;
    expect(claim?.claim.spec.requirements).toEqual(
      expect.arrayContaining([
        { key: labels.capacityType, operator: "In", values: ["reserved"] },
        { key: "example.com/reservation", operator: "In", values: ["s"] },
      ]),
    );
  });

  it(`[scheduling O199] gives many types to a claim that must list many${suffix}`, () => {
    const types = [soldType("small", 2, ["s", 2]), soldType("medium", 4, ["m", 1]), soldType("large", 8)];
    const requirements = [{ key: labels.instanceType, operator: "Exists" as const, minValues: 2 }];
    const pools = [nodePool("default", { requirements, weight: 10 }), nodePool("other")];
    const typesOf = { default: types, other: [soldType("odd", 2, ["o", 0])] };
    const [claim] = reservedRounds({ pools, typesOf }, { policy }).pass([pod("web")]).claims;
    expect([claim?.instanceTypes, claim?.cheapest.capacityType]).toEqual([["small", "medium"], "reserved"]);
  });

  it(`[scheduling P208] that puts pods off tells them no failure${suffix}`, () => {
    const rounds = reservedRounds({ types: [soldType("small", 2, ["r", 1])] }, { policy });
    expect(rounds.pass(apart(2)).unplaced.map(({ message }) => message)).toEqual(isOurs ? [] : [""]);
  });
});
