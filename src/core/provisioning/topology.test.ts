import { describe, expect, it } from "vitest";
import { labels, type PodSpec } from "../../api/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { boundPod, companyOf, pod, type PodChange, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { node, nodePool, snapshot, type SnapshotParts, testOptions } from "../../../test/builders/snapshot.ts";
import { verifyPlan } from "../../../test/oracle/verify-plan.ts";
import type { ProvisioningOptions } from "./options.ts";
import { provision } from "./provision.ts";

const zone = labels.zone;
const host = labels.hostname;

function planOf(parts: SnapshotParts, options: ProvisioningOptions = {}) {
  const taken = snapshot(parts);
  const plan = provision(taken, { ...testOptions, ...options });
  expect(verifyPlan(taken, plan)).toEqual([]);
  return plan;
}

type Plan = ReturnType<typeof planOf>;

const zoneOf = ({ claim, cheapest }: Plan["claims"][number]): string =>
  claim.spec.requirements.find(({ key }) => key === zone)?.values?.join("|") ?? `any (${cheapest.zone})`;

/** Pods of an app by zone, sorted; claims that leave their zone open count as one zone each. */
function skew(plan: Plan, app = "web"): readonly number[] {
  const counts = new Map<string, number>();
  for (const claim of plan.claims) {
    const pods = claim.pods.filter(({ metadata }) => metadata.labels?.["app"] === app).length;
    if (pods > 0) counts.set(zoneOf(claim), (counts.get(zoneOf(claim)) ?? 0) + pods);
  }
  return [...counts.values()].sort((a, b) => a - b);
}

const hostSkew = (plan: Plan): readonly number[] => plan.claims.map(({ pods }) => pods.length).sort((a, b) => a - b);

const app = (name: string, spec: Partial<PodSpec> = {}, change: PodChange = {}): PodChange => ({
  labels: { app: name },
  spec,
  ...change,
});
const spreads = (...constraints: PodSpec["topologySpreadConstraints"] & object): Partial<PodSpec> => ({
  topologySpreadConstraints: constraints,
});
const joins = (key: string, name: string): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, name)] } },
});
const avoids = (key: string, name: string): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, name)] } },
});
const inZone = (...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: "In", values }] }],
      },
    },
  },
});

describe("spread", () => {
  it("[scheduling I135] over an unknown key keeps that pod waiting and no other", () => {
    const plan = planOf({ pods: [pod("odd", app("web", spreads(spreadOver("unknown", "web")))), pod("plain")] });
    expect(plan.unplaced.map(({ pod: left }) => left.metadata.name)).toEqual(["odd"]);
    expect(plan.unplaced[0]?.message).toContain("unsatisfiable topology constraint for topology spread, key=unknown");
  });

  it("[scheduling I137] over zones is even", () => {
    expect(skew(planOf({ pods: podsOf(4, "web", app("web", spreads(spreadOver(zone, "web")))) }))).toEqual([1, 1, 2]);
  });

  it.each([
    ["the pool's label", { labels: { [zone]: "test-zone-1" } }, [4]],
    [
      "the pool's requirement",
      { requirements: [{ key: zone, operator: "In" as const, values: ["test-zone-1", "test-zone-2"] }] },
      [2, 2],
    ],
  ])("[scheduling I138] knows the zones of %s", (_, pool, expected) => {
    const pods = podsOf(4, "web", app("web", spreads(spreadOver(zone, "web"))));
    expect(skew(planOf({ pools: [nodePool("default", pool)], pods }))).toEqual(expected);
  });

  it("[scheduling I139] measures from zones that the pool cannot serve but pods stand in", () => {
    const pools = [
      nodePool("default", { requirements: [{ key: zone, operator: "In", values: ["test-zone-1", "test-zone-2"] }] }),
    ];
    const there = node("z3", {
      labels: { [zone]: "test-zone-3" },
      allocatable: { cpu: "1", memory: "1Gi", pods: "1" },
    });
    const standing = boundPod("old", "z3", app("web", {}, { requests: { cpu: "1" } }));
    const plan = planOf({
      pools,
      nodes: [there],
      pods: [standing, ...podsOf(6, "web", app("web", spreads(spreadOver(zone, "web")), { requests: { cpu: "1.1" } }))],
    });
    expect([skew(plan), plan.unplaced.length]).toEqual([[2, 2], 2]);
  });

  it("[scheduling I143] counts running pods of the namespace that the selector means, and no others", () => {
    const at = (name: string) =>
      node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] });
    const nodes = ["test-zone-1", "test-zone-2", "test-zone-3"].map(at);
    const pods = [
      boundPod("a", "test-zone-1", app("web")),
      boundPod("b", "test-zone-1", app("web")),
      boundPod("c", "test-zone-2", app("web")),
      boundPod("other", "test-zone-3", app("other")),
      boundPod("far", "test-zone-3", { ...app("web"), namespace: "far" }),
      boundPod("going", "test-zone-3", app("web", {}, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })),
      boundPod("done", "test-zone-3", app("web", {}, { status: { phase: "Succeeded" } })),
      ...podsOf(2, "web", app("web", spreads(spreadOver(zone, "web")))),
    ];
    const plan = planOf({ nodes, pods });
    // 2, 1 and 0 so far: both may go where nobody is, on one machine.
    expect(plan.claims.map(zoneOf)).toEqual(["test-zone-3"]);
  });

  it.each([
    [3, ["test-zone-1", "test-zone-2"], 3, [1, 1]],
    [3, ["test-zone-1", "test-zone-2", "test-zone-3"], 11, [3, 4, 4]],
    [2, ["test-zone-1", "test-zone-2", "test-zone-3"], 11, [3, 4, 4]],
  ])("[scheduling I146] keeps minDomains %i over %s for %i pods", (minDomains, values, count, expected) => {
    const pools = [nodePool("default", { requirements: [{ key: zone, operator: "In", values }] })];
    const plan = planOf({
      pools,
      pods: podsOf(count, "web", app("web", spreads({ ...spreadOver(zone, "web"), minDomains }))),
    });
    expect(skew(plan)).toEqual(expected);
  });

  it.each([
    [1, [1, 1, 1, 1]],
    [4, [4]],
  ])("[scheduling I147] over hosts with skew %i", (maxSkew, expected) => {
    expect(hostSkew(planOf({ pods: podsOf(4, "web", app("web", spreads(spreadOver(host, "web", maxSkew)))) }))).toEqual(
      expected,
    );
  });

  it("[scheduling I148] over hosts of two applications shares them", () => {
    const of = (name: string) => podsOf(2, name, app(name, spreads(spreadOver(host, name))));
    expect(hostSkew(planOf({ pods: [...of("a"), ...of("b")] }))).toEqual([2, 2]);
  });

  it("[scheduling I149] over capacity types is even", () => {
    const plan = planOf({ pods: podsOf(4, "web", app("web", spreads(spreadOver(labels.capacityType, "web")))) });
    const types = plan.claims.map(({ claim, pods }) => [
      claim.spec.requirements.find(({ key }) => key === labels.capacityType)?.values,
      pods.length,
    ]);
    expect(types).toEqual(
      expect.arrayContaining([
        [["on-demand"], 2],
        [["spot"], 2],
      ]),
    );
  });

  it.each([
    [2, [1, 1]],
    [5, [1, 2, 2]],
    [11, [3, 4, 4]],
  ])("[scheduling I150] over zones and hosts of %i pods", (count, expected) => {
    const plan = planOf({
      pods: podsOf(count, "web", app("web", spreads(spreadOver(zone, "web"), spreadOver(host, "web", 3)))),
    });
    expect([skew(plan), Math.max(...hostSkew(plan)) <= 3]).toEqual([expected, true]);
  });

  it("[scheduling I158] looks at the zones that the pod may use", () => {
    const limited = (name: string, count: number, ...zones: string[]) =>
      podsOf(count, name, app("web", { ...spreads(spreadOver(zone, "web")), ...inZone(...zones) }));
    expect(skew(planOf({ pods: limited("a", 10, "test-zone-1", "test-zone-2") }))).toEqual([5, 5]);
  });

  it("[scheduling I155] tells revisions apart by matchLabelKeys", () => {
    const revision = (hash: string) =>
      podsOf(2, hash, {
        labels: { app: "web", hash },
        spec: spreads({ ...spreadOver(host, "web"), matchLabelKeys: ["hash"] }),
      });
    expect(hostSkew(planOf({ pods: [...revision("one"), ...revision("two")] }))).toEqual([2, 2]);
  });

  it("[scheduling C52] that may be left is left under Ignore", () => {
    const soft = { ...spreadOver(host, "web"), whenUnsatisfiable: "ScheduleAnyway" as const };
    const pods = podsOf(4, "web", app("web", spreads(soft)));
    expect([hostSkew(planOf({ pods })), hostSkew(planOf({ pods }, { preferencePolicy: "Ignore" }))]).toEqual([
      [1, 1, 1, 1],
      [4],
    ]);
  });

  it("[scheduling Q213] of two selectors finds the zone that satisfies both", () => {
    const at = (name: string) =>
      node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] });
    const pods = [
      boundPod("a2", "test-zone-2", app("a")),
      boundPod("a3", "test-zone-3", app("a")),
      boundPod("b1", "test-zone-1", app("b")),
      boundPod("b3", "test-zone-3", app("b")),
      pod("web", app("web", spreads(spreadOver(zone, "a", 2), spreadOver(zone, "b", 2)))),
    ];
    expect(planOf({ nodes: ["test-zone-1", "test-zone-2", "test-zone-3"].map(at), pods }).claims.length).toBe(1);
  });
});

describe("pod affinity", () => {
  it("[scheduling J162] that is empty asks for nothing", () => {
    expect(
      planOf({ pods: [pod("web", { spec: { affinity: { podAffinity: {}, podAntiAffinity: {} } } })] }).claims.length,
    ).toBe(1);
  });

  it("[scheduling J163] by host follows the target", () => {
    const others = podsOf(10, "other", app("other", spreads(spreadOver(host, "other"))));
    const followers = podsOf(3, "web", app("web", joins(host, "target"), { requests: { cpu: "10m" } }));
    // The target's own machine is the only one with arm64: whoever does not follow goes where the others are.
    const target = pod("target", app("target", { nodeSelector: { [labels.arch]: "arm64" } }));
    const plan = planOf({ pods: [...others, target, ...followers] });
    const together = plan.claims.find(({ pods }) => pods.includes(target));
    expect(together?.pods).toEqual(expect.arrayContaining([target, ...followers]));
  });

  it("[scheduling J165] by host to itself fills one node and no second", () => {
    const one = planOf({ types: [instanceType("five")], pods: podsOf(3, "web", app("web", joins(host, "web"))) });
    const many = planOf({ types: [instanceType("five")], pods: podsOf(10, "web", app("web", joins(host, "web"))) });
    expect([hostSkew(one), hostSkew(many), many.unplaced.length]).toEqual([[3], [5], 5]);
  });

  it("[scheduling J167] by zone to itself settles in one zone, the pod's own where it has one", () => {
    const free = planOf({ pods: podsOf(12, "web", app("web", joins(zone, "web"), { requests: { cpu: "1" } })) });
    const third = planOf({
      pods: podsOf(3, "web", app("web", { ...joins(zone, "web"), nodeSelector: { [zone]: "test-zone-3" } })),
    });
    expect([new Set(free.claims.map(zoneOf)).size, [...new Set(third.claims.map(zoneOf))]]).toEqual([
      1,
      ["test-zone-3"],
    ]);
  });

  it.each([
    ["", "compatible"],
    [" ours", "cheapest"],
  ] as const)("[scheduling J168] starts anew where the company is out of reach%s", (_, policy) => {
    const of = (name: string, at: string) =>
      pod(name, app("web", { ...joins(zone, "web"), nodeSelector: { [zone]: at } }));
    const plan = planOf({ pods: [of("a", "test-zone-2"), of("b", "test-zone-3")] }, { policy });
    expect(plan.claims.map(zoneOf).sort()).toEqual(["test-zone-2", "test-zone-3"]);
  });

  it("[scheduling J169] [scheduling J170] to a pod that is missing keeps pods waiting, unless it only prefers", () => {
    const preferred = {
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 50, podAffinityTerm: companyOf(host, "missing") },
          ],
        },
      },
    };
    const plan = planOf({
      pods: [pod("soft", app("web", preferred)), ...podsOf(10, "hard", app("web", joins(host, "missing")))],
    });
    expect([plan.claims.length, plan.unplaced.length]).toEqual([1, 10]);
  });

  it("[scheduling J171] by zone follows a target of the same pass, wherever that settles", () => {
    const plan = planOf({
      pods: [pod("target", app("target")), ...podsOf(10, "web", app("web", joins(zone, "target")))],
    });
    expect([plan.unplaced.length, new Set(plan.claims.map(zoneOf)).size]).toEqual([0, 1]);
  });

  it("[scheduling J172] resolves a chain in any order", () => {
    const chain = ["db", "web", "cache", "ui"];
    const pods = chain.map((name, i) =>
      pod(name, app(name, i === 0 ? {} : joins(host, chain[i - 1] ?? ""), { requests: { cpu: `${(i + 1) * 100}m` } })),
    );
    const plan = planOf({ pods });
    expect([plan.unplaced.length, hostSkew(plan)]).toEqual([0, [4]]);
  });

  it("[scheduling J173] looks into the namespaces that it names", () => {
    const target = pod("target", { ...app("target"), namespace: "far" });
    const term = companyOf(host, "target");
    const follower = (more: object) =>
      pod(
        "web",
        app("web", {
          affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...more }] } },
        }),
      );
    const left = (more: object) => planOf({ pods: [target, follower(more)] }).unplaced.length;
    expect([left({}), left({ namespaces: ["far"] }), left({ namespaceSelector: {} })]).toEqual([1, 0, 0]);
  });
});

describe("pod anti-affinity", () => {
  it.each(["a", "z"])("[scheduling K175] by host keeps two apart, whoever comes first (%s)", (name) => {
    const plan = planOf({ pods: [pod(name, app("web", avoids(host, "other"))), pod("m", app("other"))] });
    expect(hostSkew(plan)).toEqual([1, 1]);
  });

  it("[scheduling K176] by zone finds no zone where all are taken", () => {
    const others = ["test-zone-1", "test-zone-2", "test-zone-3"].map((at) =>
      pod(at, app("other", { nodeSelector: { [zone]: at } }, { requests: { cpu: "1" } })),
    );
    const plan = planOf({ pods: [...others, pod("web", app("web", avoids(zone, "other")))] });
    expect(plan.unplaced.map(({ pod: left }) => left.metadata.name)).toEqual(["web"]);
    expect(plan.unplaced[0]?.message).toContain(
      "unsatisfiable topology constraint for pod anti-affinity, key=topology.kubernetes.io/zone (counts = test-zone-1: 1, test-zone-2: 1, test-zone-3: 1, podDomains = topology.kubernetes.io/zone Exists, nodeDomains = topology.kubernetes.io/zone Exists",
    );
  });

  it("[scheduling K177] by architecture takes another one", () => {
    const arch = (value: string) =>
      pod(value, app("other", { nodeSelector: { [labels.arch]: value } }, { requests: { cpu: "1" } }));
    const plan = planOf({ pods: [arch("amd64"), pod("web", app("web", avoids(labels.arch, "other")))] });
    const web = plan.claims.find(({ pods }) => pods.some(({ metadata }) => metadata.name === "web"));
    expect(web?.cheapest.instanceType).toBe("arm-instance-type");
  });

  it("[scheduling K178] of others keeps a pod out, unless it only prefers", () => {
    const keepers = (spec: Partial<PodSpec>) =>
      ["test-zone-1", "test-zone-2", "test-zone-3"].map((at) =>
        pod(at, app("keeper", { ...spec, nodeSelector: { [zone]: at } }, { requests: { cpu: "1" } })),
      );
    const preferred = {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: companyOf(zone, "web") }],
        },
      },
    };
    const left = (spec: Partial<PodSpec>) =>
      planOf({ pods: [...keepers(spec), pod("web", app("web"))] }).unplaced.length;
    expect([left(avoids(zone, "web")), left(preferred)]).toEqual([1, 0]);
  });

  it("[scheduling K178] of pods on nodes keeps a pod out of their zone", () => {
    const at = (name: string) =>
      node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] });
    const plan = planOf({
      nodes: [at("test-zone-1"), at("test-zone-2")],
      pods: [
        boundPod("a", "test-zone-1", app("keeper", avoids(zone, "web"))),
        boundPod("b", "test-zone-2", app("keeper", avoids(zone, "web"))),
        pod("web", app("web")),
      ],
    });
    expect(plan.claims.map(zoneOf)).toEqual(["test-zone-3"]);
  });

  it("[scheduling K179] [scheduling K180] by zone settles each pod at once, and no more than there are zones", () => {
    const plan = planOf({ pods: podsOf(4, "web", app("web", avoids(zone, "web"))) });
    expect([skew(plan), plan.unplaced.length]).toEqual([[1, 1, 1], 1]);
  });

  it("[scheduling K181] that only prefers gives way", () => {
    const soft = {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: companyOf(zone, "web") }],
        },
      },
    };
    expect(planOf({ pods: podsOf(5, "web", app("web", soft)) }).unplaced).toEqual([]);
  });

  it("[scheduling Q216] of a pod that is going still holds; being avoided ends when going", () => {
    const full = node("test-zone-1", {
      labels: { [zone]: "test-zone-1" },
      taints: [{ key: "full", effect: "NoSchedule" }],
    });
    const going = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const repelled = planOf({
      nodes: [full],
      pods: [boundPod("keeper", "test-zone-1", app("keeper", avoids(zone, "x"), going)), pod("x", app("x", {}, {}))],
    });
    const pinned = nodePool("default", { requirements: [{ key: zone, operator: "In", values: ["test-zone-1"] }] });
    const free = planOf({
      pools: [pinned],
      nodes: [full],
      pods: [boundPod("x", "test-zone-1", app("x", {}, going)), pod("web", app("web", avoids(zone, "x")))],
    });
    expect([repelled.claims.map(zoneOf).includes("test-zone-1"), free.claims.length]).toEqual([false, 1]);
  });
});

describe("price", () => {
  it("settles a group in its cheapest zone", () => {
    const types = [
      instanceType("only", {
        offerings: [offering("test-zone-1", "on-demand", 3), offering("test-zone-2", "on-demand", 1)],
      }),
    ];
    expect(planOf({ types, pods: podsOf(3, "web", app("web", joins(zone, "web"))) }).claims.map(zoneOf)).toEqual([
      "test-zone-2",
    ]);
  });
});
