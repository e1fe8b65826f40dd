import { describe, expect, it } from "vitest";
import { app, avoids, host, isIn, joins, spreads, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds, type Rounds } from "../../../test/builders/rounds.ts";
import { node, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { provision } from "./provision.ts";

/** Upstream settles a domain when the machine is there; here it is settled on the spot (scheduling 11.2 items 16, 17, 51). */
const policies = [
  ["", "compatible"],
  [" ours", "cheapest"],
] as const;

/** The skew over zones after each of so many passes with these pods. */
function skews(rounds: Rounds, batches: readonly (readonly ReturnType<typeof pod>[])[], name?: string) {
  return batches.map((pods) => {
    rounds.pass(pods);
    return rounds.skew(zone, name);
  });
}

describe.each(policies)("domains that are not settled yet%s", (suffix, policy) => {
  const isOurs = policy === "cheapest";
  const options = { policy };

  it(`[scheduling J171] keep pods waiting that follow a target of the same pass${suffix}`, () => {
    const rounds = createRounds({ options });
    const pods = [
      pod("target", app("target", {}, { requests: { cpu: "2" } })),
      ...podsOf(10, "web", app("web", joins(zone, "target"))),
    ];
    const seen = skews(rounds, [pods, []]);
    expect(seen).toEqual(isOurs ? [[11], [11]] : [[1], [11]]);
  });

  it(`[scheduling K176] [scheduling K179] of a pod that stays away keep its target out for a pass${suffix}`, () => {
    const rounds = createRounds({ options });
    const keeper = pod("keeper", app("keeper", avoids(zone, "web"), { requests: { cpu: "2" } }));
    const web = pod("web", app("web", {}, { requests: { cpu: "1" } }));
    expect(skews(rounds, [[keeper, web], []])).toEqual(
      isOurs
        ? [
            [1, 1],
            [1, 1],
          ]
        : [[1], [1, 1]],
    );
  });

  it(`[scheduling K180] let pods that stay away from each other in one by one${suffix}`, () => {
    const rounds = createRounds({ options });
    const web = (name: string) => podsOf(3, name, app("web", avoids(zone, "web")));
    const seen = skews(rounds, [web("a"), [], [], []]);
    const full = [1, 1, 1];
    expect(seen).toEqual(isOurs ? [full, full, full, full] : [[1], [1, 1], full, full]);
  });
});

describe.each(policies)("domains that clash or cannot be had%s", (suffix, policy) => {
  const isOurs = policy === "cheapest";

  it(`[scheduling I161] make pods wait for a zone that no pool can serve any more${suffix}`, () => {
    const soft = { ...spreadOver(host, "web"), whenUnsatisfiable: "ScheduleAnyway" as const };
    const open = nodePool("open", { requirements: [isIn(zone, "test-zone-1", "test-zone-2")] });
    const closed = nodePool("closed", { requirements: [isIn(zone, "test-zone-3")], limits: { cpu: "0" } });
    const rounds = createRounds({ pools: [open, closed], options: { policy } });
    rounds.pass(podsOf(10, "web", app("web", spreads(spreadOver(zone, "web"), soft))));
    expect(rounds.skew(zone)).toEqual(isOurs ? [5, 5] : [1, 1]);
  });

  it(`[scheduling Q213] of two selectors on one key leave no zone for both${suffix}`, () => {
    const nodes = ["test-zone-1", "test-zone-2", "test-zone-3"].map((name) =>
      node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] }),
    );
    const pods = [
      boundPod("a2", "test-zone-2", app("a")),
      boundPod("a3", "test-zone-3", app("a")),
      boundPod("b1", "test-zone-1", app("b")),
      boundPod("b3", "test-zone-3", app("b")),
      pod("web", app("web", spreads(spreadOver(zone, "a", 2), spreadOver(zone, "b", 2)))),
    ];
    const plan = provision(snapshot({ nodes, pods }), { ...testOptions, policy });
    expect(plan.claims.length).toBe(isOurs ? 1 : 0);
  });
});
