import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { app, avoids, host, inZone, isIn, joins, leftOver, spreads, zone } from "../../../test/builders/placing.ts";
import { instanceType } from "../../../test/builders/instance-types.ts";
import { boundPod, companyOf, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds } from "../../../test/builders/rounds.ts";
import { node, nodePool } from "../../../test/builders/snapshot.ts";

const hosts = (rounds: ReturnType<typeof createRounds>, name: string) =>
  new Set(rounds.standing.filter(({ metadata }) => metadata.labels?.["app"] === name).map(({ spec }) => spec.nodeName));
const preferredAffinity = (key: string, name: string) => ({
  podAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: companyOf(key, name) }],
  },
});
const preferredAntiAffinity = (key: string, name: string) => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: companyOf(key, name) }],
  },
});

describe("affinity, pass after pass", () => {
  it("[scheduling J164] by architecture shares that, while hosts spread", () => {
    const rounds = createRounds();
    const spec = { ...joins(labels.arch, "web"), ...spreads(spreadOver(host, "web")) };
    rounds.pass([
      pod("first", app("web", { nodeSelector: { [labels.arch]: "arm64" }, ...spreads(spreadOver(host, "web")) })),
      ...podsOf(2, "web", app("web", spec)),
    ]);
    expect([rounds.skew(labels.arch), rounds.skew(host)]).toEqual([[3], [1, 1, 1]]);
  });

  it("[scheduling J165] by host does not follow to a second host later", () => {
    const rounds = createRounds({ types: [instanceType("five")] });
    rounds.pass(podsOf(10, "web", app("web", joins(host, "web"))));
    const first = rounds.standing.length;
    rounds.pass();
    expect([first, rounds.standing.length, hosts(rounds, "web").size]).toEqual([5, 5, 1]);
  });

  it("[scheduling J166] by host looks at all nodes, not only at those that the pods may use", () => {
    const rounds = createRounds();
    rounds.pass([pod("there", app("web", { nodeSelector: { [zone]: "test-zone-1" } }))]);
    const plan = rounds.pass(
      podsOf(10, "web", app("web", { ...joins(host, "web"), ...inNodeZones("test-zone-2", "test-zone-3") })),
    );
    expect(plan.unplaced.length).toBe(10);
  });

  it("[scheduling F105] to itself by zone goes where the first pod was planned", () => {
    const rounds = createRounds({ phase: "launched" });
    const web = (name: string) => [pod(name, app("web", joins(zone, "web")))];
    rounds.pass(web("one"));
    rounds.pass(web("two"));
    expect([rounds.skew(host), rounds.skew(zone)]).toEqual([[2], [2]]);
  });

  it("[scheduling J174] that only prefers gives way to a spread that is required", () => {
    const rounds = createRounds();
    const spec = { ...spreads(spreadOver(host, "web")), affinity: preferredAffinity(host, "web") };
    rounds.pass(podsOf(3, "web", app("web", spec)));
    expect(rounds.skew(host)).toEqual([1, 1, 1]);
  });

  it.each([
    ["a member of a circle", ["a", "b"]],
    ["somebody who is not there", ["a", "missing"]],
  ])("[scheduling J172] to %s keeps pods waiting", (_, [own = "", other = ""]) => {
    const rounds = createRounds();
    const plan = rounds.pass([
      pod("a", app(own, joins(host, other))),
      ...(other === "b" ? [pod("b", app("b", joins(host, "a")))] : []),
    ]);
    expect(leftOver(plan).length).toBe(other === "b" ? 2 : 1);
  });

  it("[scheduling J172] in a chain is resolved whatever the order", () => {
    const chain = ["db", "web", "cache", "ui"];
    for (let seed = 0; seed < 24; seed++) {
      const order = permutation(chain, seed);
      const rounds = createRounds();
      rounds.pass(
        order.map((name, i) => {
          const at = chain.indexOf(name);
          const spec = at === 0 ? {} : joins(host, chain[at - 1] ?? "");
          return pod(name, app(name, spec, { requests: { cpu: `${(i + 1) * 100}m` } }));
        }),
      );
      expect([rounds.waiting.length, rounds.skew(host)]).toEqual([0, [4]]);
    }
  });

  it("[scheduling J171] to a target that names its zone places all at once", () => {
    const rounds = createRounds();
    rounds.pass([
      pod("target", app("target", { nodeSelector: { [zone]: "test-zone-2" } })),
      ...podsOf(10, "web", app("web", joins(zone, "target"))),
    ]);
    expect(rounds.skew(zone)).toEqual([11]);
  });
});

describe("policy Ignore", () => {
  const options = { preferencePolicy: "Ignore" } as const;

  it("[scheduling C53] packs pods that would rather be apart, and pulls none to their company", () => {
    const apart = createRounds({ options });
    apart.pass(podsOf(4, "web", app("web", { affinity: preferredAntiAffinity(host, "web") })));
    const free = createRounds({ options });
    free.pass([
      pod("target", app("target", { nodeSelector: { [labels.arch]: "arm64" } })),
      pod(
        "web",
        app("web", { nodeSelector: { [labels.arch]: "amd64" }, affinity: preferredAffinity(labels.arch, "target") }),
      ),
    ]);
    expect([apart.skew(host), free.skew(host)]).toEqual([[4], [1, 1]]);
  });
});

describe("anti-affinity, pass after pass", () => {
  it("[scheduling K176] by zone finds none after a pod that may be anywhere", () => {
    const rounds = createRounds();
    rounds.pass(
      ["test-zone-1", "test-zone-2", "test-zone-3"].map((at) =>
        pod(at, app("other", { nodeSelector: { [zone]: at } })),
      ),
    );
    expect(leftOver(rounds.pass([pod("web", app("web", avoids(zone, "other")))]))).toEqual(["web"]);
  });

  it("[scheduling Q216] of a pod that is going still keeps its zone closed", () => {
    const z1 = node("z1", { labels: { [zone]: "test-zone-1" }, taints: [{ key: "full", effect: "NoSchedule" }] });
    const pools = [nodePool("default", { requirements: [isIn(zone, "test-zone-1")] })];
    const going = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const plan = createRounds({ pools, nodes: [z1] }).pass([
      boundPod("keeper", "z1", app("keeper", avoids(zone, "x"), going)),
      pod("x", app("x")),
    ]);
    expect(leftOver(plan)).toEqual(["x"]);
  });

  it("[scheduling K178] of standing pods keeps a pod out of every zone", () => {
    const rounds = createRounds();
    rounds.pass(
      ["test-zone-1", "test-zone-2", "test-zone-3"].map((at) =>
        pod(at, app("keeper", { ...avoids(zone, "web"), nodeSelector: { [zone]: at } })),
      ),
    );
    expect(leftOver(rounds.pass([pod("web", app("web"))]))).toEqual(["web"]);
  });
});

const inNodeZones = (...values: readonly string[]) => {
  const { affinity } = inZone(...values);
  const { affinity: company } = joins(host, "web");
  return { affinity: { ...affinity, ...company } };
};

/** The `n`-th order of a list. */
function permutation<T>(list: readonly T[], n: number): readonly T[] {
  const left = [...list];
  const order: T[] = [];
  for (let rest = n; left.length > 0; ) {
    const at = rest % left.length;
    rest = Math.floor(rest / left.length);
    order.push(...left.splice(at, 1));
  }
  return order;
}
