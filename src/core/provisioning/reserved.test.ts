import { describe, expect, it } from "vitest";
import { coreLabelRules, labels, type NodePool } from "../../api/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { isIn, prefers } from "../../../test/builders/placing.ts";
import { pod, podsOf } from "../../../test/builders/pods.ts";
import { createRounds } from "../../../test/builders/rounds.ts";
import { nodePool, testOptions } from "../../../test/builders/snapshot.ts";
import { requirementIn } from "../requirements/requirement.ts";
import { requirementsOf } from "../requirements/requirements.ts";

const label = "example.com/reservation";
const wellKnown = new Set([...(testOptions.labelRules?.wellKnown ?? []), label]);
const options = { labelRules: { ...coreLabelRules, wellKnown } };
const reserved = (id: string, capacity: number, price: number) => ({
  ...offering("test-zone-1", "reserved", price / 10_000_000, { reservationId: id, reservationCapacity: capacity }),
  requirements: requirementsOf([
    requirementIn(labels.zone, "test-zone-1"),
    requirementIn(labels.capacityType, "reserved"),
    requirementIn(label, id),
  ]),
});
/** A type of so many cpus with reservations (`id`, places) beside what it costs on demand. */
const type = (name: string, cpu: number, ...reservations: readonly (readonly [string, number])[]) =>
  instanceType(name, {
    cpu: String(cpu),
    memory: `${cpu * 4}Gi`,
    pods: "20",
    offerings: [
      offering("test-zone-1", "on-demand", cpu),
      ...reservations.map(([id, places]) => reserved(id, places, cpu)),
    ],
  });
const bought = (plan: ReturnType<ReturnType<typeof createRounds>["pass"]>) =>
  plan.claims.map(({ cheapest }) => `${cheapest.instanceType} ${cheapest.capacityType}`).sort();
/** Pods that need a machine each. */
const apart = (count: number, name = "web") =>
  podsOf(count, name, {
    labels: { app: "web" },
    spec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: labels.hostname, labelSelector: { matchLabels: { app: "web" } } },
          ],
        },
      },
    },
  });

describe("reserved capacity", () => {
  it("[scheduling O197] is used up in one pass, and what is left over is bought ours", () => {
    const rounds = createRounds({ types: [type("small", 2, ["s", 1]), type("medium", 4, ["m", 1])], options });
    const plan = rounds.pass(apart(3));
    expect(bought(plan)).toEqual(["medium reserved", "small on-demand", "small reserved"]);
  });

  it("[scheduling O197] names its reservation and nothing else on the claim ours", () => {
    const rounds = createRounds({ types: [type("small", 2, ["s", 1])], options });
    const [claim] = rounds.pass([pod("web")]).claims;
    expect(claim?.claim.spec.requirements).toEqual(
      expect.arrayContaining([
        { key: labels.capacityType, operator: "In", values: ["reserved"] },
        { key: label, operator: "In", values: ["s"] },
      ]),
    );
  });

  const twoPools = (a: string, b: string) => {
    const pools = ["a", "b"].map((name) => nodePool(name, { labels: { team: name } }));
    const typesOf = { a: [type("small", 2, [a, 1])], b: [type("small", 2, [b, 1])] };
    return createRounds({ pools, typesOf, options });
  };
  const oneEach = ["a", "b"].map((team) => pod(team, { spec: { nodeSelector: { team } } }));

  it.each([
    ["shared by two pools has one place", "r", ["small on-demand", "small reserved"]],
    ["of each pool has one place each", "other", ["small reserved", "small reserved"]],
  ])("[scheduling O198] %s ours", (_, id, expected) => {
    expect(bought(twoPools("r", id).pass(oneEach))).toEqual(expected);
  });

  it("[scheduling O199] of two reservations of one type is used up before any is bought ours", () => {
    const rounds = createRounds({ types: [type("small", 2, ["one", 1], ["two", 2])], options });
    expect(bought(rounds.pass(apart(4)))).toEqual([
      "small on-demand",
      "small reserved",
      "small reserved",
      "small reserved",
    ]);
  });

  it("[scheduling O199] is gone in the next pass ours", () => {
    const rounds = createRounds({ types: [type("small", 2, ["one", 1])], options });
    rounds.pass(apart(1, "first"));
    expect(bought(rounds.pass(apart(1, "second")))).toEqual(["small on-demand"]);
  });

  it("[scheduling O200] that is used up leaves pods to the heavier pool, not to the lighter one ours", () => {
    const pools = [nodePool("heavy", { weight: 10 }), nodePool("light", { weight: 1 })];
    const typesOf = { heavy: [type("small", 2, ["r", 1])], light: [type("cheap", 1)] };
    expect(bought(createRounds({ pools, typesOf, options }).pass(apart(2)))).toEqual([
      "small on-demand",
      "small reserved",
    ]);
  });

  it("[scheduling O201] that is used up does not cost a pod its preference ours", () => {
    const pools: readonly NodePool[] = ["a", "b"].map((name) => nodePool(name, { labels: { team: name } }));
    const typesOf = { a: [type("small", 2, ["r", 1])], b: [type("cheap", 1)] };
    const preferring = apart(2).map((each) => ({
      ...each,
      spec: { ...each.spec, affinity: { ...each.spec.affinity, ...prefers([1, isIn("team", "a")]).affinity } },
    }));
    const plan = createRounds({ pools, typesOf, options }).pass(preferring);
    expect(plan.claims.map(({ poolKey }) => poolKey.name)).toEqual(["a", "a"]);
  });

  it("[scheduling O202] holds two pods on one machine by one place", () => {
    const rounds = createRounds({ types: [type("small", 2, ["r", 1])], options });
    expect(bought(rounds.pass(podsOf(2, "web", { requests: { cpu: "500m" } })))).toEqual(["small reserved"]);
  });
});
