import { describe, expect, it } from "vitest";
import { labels, type NodePool, type Pod, type TopologySpreadConstraint } from "../../api/index.ts";
import { app, host, inZone, isIn, onNodes, prefers, spreads, zone } from "../../../test/builders/placing.ts";
import { ladderTypes } from "../../../test/builders/instance-types.ts";
import { boundPod, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds, type Rounds } from "../../../test/builders/rounds.ts";
import { node, nodePool, type PoolChange } from "../../../test/builders/snapshot.ts";

const capacityType = labels.capacityType;
const within = (key: string, ...values: readonly string[]): NodePool =>
  nodePool("default", { requirements: [isIn(key, ...values)] });
const web = (count: number, name: string, ...constraints: readonly TopologySpreadConstraint[]): readonly Pod[] =>
  podsOf(count, name, app("web", spreads(...constraints)));

/** Sum over batches of growing numbers of pods; the skew after each. */
function skews(
  rounds: Rounds,
  key: string,
  batches: readonly number[],
  make: (count: number, name: string) => readonly Pod[],
) {
  return batches.map((count, i) => {
    rounds.pass(make(count, `batch-${i}`));
    return rounds.skew(key);
  });
}

describe("spread over zones, pass after pass", () => {
  it.each([
    ["that is not valid", { matchExpressions: [{ key: "app", operator: "Within" as "In", values: ["web"] }] }],
    ["that is not there", undefined],
  ])("[scheduling I136] by a selector %s means nobody", (_, labelSelector) => {
    const { labelSelector: own, ...constraint } = spreadOver(zone, "web");
    expect(own).toBeDefined();
    const rounds = createRounds();
    rounds.pass(web(2, "web", { ...constraint, ...(labelSelector === undefined ? {} : { labelSelector }) }));
    expect(rounds.skew(zone)).toEqual([2]);
  });

  it("[scheduling I139] is measured from a zone that the pool has left", () => {
    const rounds = createRounds({ pools: [within(zone, "test-zone-3")] });
    const large = (count: number, name: string) =>
      podsOf(count, name, app("web", spreads(spreadOver(zone, "web")), { requests: { cpu: "1.1" } }));
    rounds.pass(large(1, "first"));
    rounds.pass(large(6, "more"), { pools: [within(zone, "test-zone-1", "test-zone-2")] });
    expect([rounds.skew(zone), rounds.waiting.length]).toEqual([[1, 2, 2], 2]);
  });

  it("[scheduling I140] goes as far as a wide skew lets it", () => {
    const rounds = createRounds({ pools: [within(zone, "test-zone-1")] });
    const wide = (count: number, name: string, cpu: string) =>
      podsOf(count, name, app("web", spreads(spreadOver(zone, "web", 5)), { requests: { cpu } }));
    rounds.pass(wide(1, "a", "3.5"));
    rounds.pass(wide(1, "b", "3.5"), { pools: [within(zone, "test-zone-2")] });
    rounds.pass(wide(10, "c", "1.1"), { pools: [within(zone, "test-zone-3")] });
    expect([rounds.skew(zone), rounds.waiting.length]).toEqual([[1, 1, 6], 4]);
  });

  it("[scheduling I141] fills zones that have lost their pods first", () => {
    const rounds = createRounds();
    rounds.pass(web(9, "web", spreadOver(zone, "web")));
    const before = rounds.skew(zone);
    rounds.remove((_pod, nodeLabels) => nodeLabels[zone] !== "test-zone-1");
    const between = rounds.skew(zone);
    rounds.pass(web(3, "more", spreadOver(zone, "web")));
    expect([before, between, rounds.skew(zone)]).toEqual([[3, 3, 3], [3], [1, 2, 3]]);
  });

  it.each([
    ["with", spreads(spreadOver(zone, "web"))],
    ["without", {}],
  ])("[scheduling I142] counts a pod %s the constraint in a zone of its own", (_, spec) => {
    const rounds = createRounds();
    rounds.pass([
      pod("first", app("web", { ...spec, nodeSelector: { [zone]: "test-zone-1" } }, { requests: { cpu: "3" } })),
    ]);
    rounds.pass(podsOf(10, "more", app("web", spreads(spreadOver(zone, "web")), { requests: { cpu: "1.1" } })), {
      pools: [within(zone, "test-zone-2", "test-zone-3")],
    });
    expect(rounds.skew(zone)).toEqual([1, 2, 2]);
  });

  it("[scheduling I144] is read over all pods where no app is named", () => {
    const rounds = createRounds();
    rounds.pass([pod("one")]);
    expect(rounds.skew(zone)).toEqual([1]);
  });

  it("[scheduling I145] lets pods count in each other's constraints", () => {
    const rounds = createRounds({ types: ladderTypes(20).slice(-1) });
    const plan = rounds.pass([
      ...podsOf(5, "a", app("a", spreads(spreadOver(host, "b")))),
      ...podsOf(5, "b", app("b", spreads(spreadOver(host, "a")))),
    ]);
    const ofApp = (pods: readonly Pod[], name: string): number =>
      pods.filter(({ metadata }) => metadata.labels?.["app"] === name).length;
    expect(plan.unplaced).toEqual([]);
    // Whichever app came second to a host found at most one pod of the other there.
    for (const { pods } of plan.claims) expect(Math.min(ofApp(pods, "a"), ofApp(pods, "b"))).toBeLessThanOrEqual(1);
  });

  it("[scheduling I150] and over hosts keeps both", () => {
    const rounds = createRounds();
    const both = (count: number, name: string) => web(count, name, spreadOver(zone, "web"), spreadOver(host, "web", 3));
    expect(skews(rounds, zone, [2, 3, 5, 11], both)).toEqual([
      [1, 1],
      [1, 2, 2],
      [3, 3, 4],
      [7, 7, 7],
    ]);
    expect(Math.max(...rounds.skew(host))).toBeLessThanOrEqual(3);
  });

  it("[scheduling I158] follows what each pod may use, pass after pass", () => {
    const rounds = createRounds();
    const limited = (count: number, name: string, spec: object) =>
      podsOf(count, name, app("web", { ...spreads(spreadOver(zone, "web")), ...spec }));
    const seen = [
      limited(6, "a", inZone("test-zone-1", "test-zone-2")),
      limited(1, "b", inZone("test-zone-2", "test-zone-3")),
      limited(5, "c", {}),
    ].map((pods) => {
      rounds.pass(pods);
      return rounds.skew(zone);
    });
    expect(seen).toEqual([
      [3, 3],
      [1, 3, 3],
      [4, 4, 4],
    ]);
  });

  it("[scheduling I158] does not bind pods that name their zone to each other", () => {
    const rounds = createRounds();
    const at = (count: number, value: string) =>
      podsOf(count, value, app("web", { ...spreads(spreadOver(zone, "web")), nodeSelector: { [zone]: value } }));
    rounds.pass([...at(5, "test-zone-1"), ...at(10, "test-zone-2")]);
    expect(rounds.skew(zone)).toEqual([5, 10]);
  });

  it("[scheduling I159] is over all zones, whatever pods prefer", () => {
    const rounds = createRounds();
    const spec = { ...prefers([1, isIn(zone, "test-zone-1", "test-zone-2")]), ...spreads(spreadOver(zone, "web")) };
    rounds.pass(podsOf(6, "web", app("web", spec)));
    expect(rounds.skew(zone)).toEqual([2, 2, 2]);
  });
});

describe("spread over other keys", () => {
  it("[scheduling I149] of capacity counts what another kind of it holds", () => {
    const over = (policy: "DoNotSchedule" | "ScheduleAnyway") => {
      const constraint = { ...spreadOver(capacityType, "web"), whenUnsatisfiable: policy };
      const rounds = createRounds({ pools: [within(capacityType, "on-demand")] });
      const large = (count: number, name: string) =>
        podsOf(count, name, app("web", spreads(constraint), { requests: { cpu: "1.1" } }));
      rounds.pass(podsOf(1, "first", app("web", spreads(constraint), { requests: { cpu: "3.5" } })));
      rounds.pass(large(5, "more"), { pools: [within(capacityType, "spot")] });
      return rounds.skew(capacityType);
    };
    expect([over("DoNotSchedule"), over("ScheduleAnyway")]).toEqual([
      [1, 2],
      [1, 5],
    ]);
  });

  it("[scheduling I151] of capacity and hosts keeps both", () => {
    const rounds = createRounds({ pools: [within(capacityType, "spot", "on-demand")] });
    const both = (count: number, name: string) =>
      web(count, name, spreadOver(capacityType, "web"), spreadOver(host, "web", 3));
    expect(skews(rounds, capacityType, [2, 3, 5, 11], both)).toEqual([
      [1, 1],
      [2, 3],
      [5, 5],
      [10, 11],
    ]);
    expect(Math.max(...rounds.skew(host))).toBeLessThanOrEqual(3);
  });

  it("[scheduling I152] of capacity leaves out nodes that the pods cannot use", () => {
    const rounds = createRounds({
      pools: [nodePool("default", { requirements: [isIn(zone, "test-zone-1"), isIn(capacityType, "on-demand")] })],
    });
    const constraint = spreadOver(capacityType, "web");
    rounds.pass(podsOf(1, "first", app("web", spreads(constraint), { requests: { cpu: "3.5" } })));
    const spec = { ...spreads(constraint), ...onNodes([isIn(zone, "test-zone-2"), isIn(capacityType, "spot")]) };
    rounds.pass(podsOf(5, "more", app("web", spec)), { pools: [nodePool()] });
    expect(rounds.skew(capacityType)).toEqual([1, 5]);
  });

  it.each([
    [capacityType, "on-demand", "spot"],
    [labels.arch, "amd64", "arm64"],
  ])("[scheduling I152] of %s counts all nodes where pods may use them", (key, first, then) => {
    const rounds = createRounds({ pools: [within(key, first)] });
    const constraint = spreadOver(key, "web");
    rounds.pass(podsOf(1, "first", app("web", spreads(constraint), { requests: { cpu: "3.5" } })));
    rounds.pass(podsOf(5, "more", app("web", spreads(constraint), { requests: { cpu: "1.1" } })), {
      pools: [within(key, then)],
    });
    expect(rounds.skew(key)).toEqual([1, 2]);
  });

  it("[scheduling I153] splits pods by shares that pools name", () => {
    const pool = (name: string, type: string, ...shares: readonly string[]) =>
      nodePool(name, { requirements: [isIn(capacityType, type), isIn("share", ...shares)] });
    const rounds = createRounds({ pools: [pool("spot", "spot", "2", "3", "4", "5"), pool("base", "on-demand", "1")] });
    rounds.pass(web(20, "web", spreadOver("share", "web")));
    expect([rounds.skew("share"), rounds.skew(capacityType)]).toEqual([
      [4, 4, 4, 4, 4],
      [4, 16],
    ]);
  });

  it("[scheduling I154] of zones and capacity keeps both at every step", () => {
    const rounds = createRounds({ pools: [within(capacityType, "spot", "on-demand")] });
    const both = (count: number, name: string) =>
      web(count, name, spreadOver(zone, "web"), spreadOver(capacityType, "web"));
    const spans = [2, 3, 3, 11].map((count, i) => {
      rounds.pass(both(count, `batch-${i}`));
      return [spanOf(rounds.skew(zone)), spanOf(rounds.skew(capacityType))];
    });
    for (const [zones, types] of spans) expect([zones, types].every((span) => (span ?? 9) <= 1)).toBe(true);
    expect(rounds.waiting).toEqual([]);
  });

  it("[scheduling I154] of three keys places every pod of growing batches", () => {
    const rounds = createRounds({ pools: [within(capacityType, "spot", "on-demand")], types: ladderTypes(8) });
    for (let count = 1; count < 15; count++) {
      rounds.pass(
        web(
          count,
          `batch-${count}`,
          spreadOver(capacityType, "web"),
          spreadOver(zone, "web", 2),
          spreadOver(host, "web", 3),
        ),
      );
      expect(rounds.waiting).toEqual([]);
      expect(spanOf(rounds.skew(capacityType))).toBeLessThanOrEqual(1);
      if (rounds.skew(zone).length === 3) expect(spanOf(rounds.skew(zone))).toBeLessThanOrEqual(2);
    }
    expect(Math.max(...rounds.skew(host))).toBeLessThanOrEqual(3);
  });

  it("[scheduling I155] ignores keys for labels that the pods lack", () => {
    const rounds = createRounds();
    rounds.pass(web(4, "web", { ...spreadOver(host, "web"), matchLabelKeys: ["nobody-has-it"] }));
    expect(rounds.skew(host)).toEqual([1, 1, 1, 1]);
  });

  it("[scheduling I158] of capacity follows what each pod may use, pass after pass", () => {
    const rounds = createRounds();
    const limited = (count: number, name: string, spec: object) =>
      podsOf(count, name, app("web", { ...spreads(spreadOver(capacityType, "web")), ...spec }));
    const seen = [
      limited(3, "a", onNodes([isIn(capacityType, "spot")])),
      limited(1, "b", onNodes([isIn(capacityType, "spot", "on-demand")])),
      limited(5, "c", {}),
    ].map((pods) => {
      rounds.pass(pods);
      return rounds.skew(capacityType);
    });
    expect(seen).toEqual([[3], [1, 3], [4, 5]]);
  });
});

describe("nodes that a constraint looks at", () => {
  const key = "example.com/part";
  const small = { allocatable: { cpu: "1", memory: "1Gi", pods: "0" } };
  const part = (value: string, change: PoolChange = {}) =>
    nodePool(`pool-${value}`, { labels: { [key]: value }, ...change });
  const policy = (more: object) => ({ ...spreadOver(key, "web"), ...more });
  const placed = (pools: readonly NodePool[], nodes: ReturnType<typeof node>[], pods: readonly Pod[]) => {
    const rounds = createRounds({ pools, nodes });
    rounds.pass(pods);
    return rounds.skew(key);
  };

  it.each([
    ["Ignore", [1]],
    ["Honor", [5]],
  ] as const)("[scheduling I156] under nodeTaintsPolicy %s of live nodes", (nodeTaintsPolicy, expected) => {
    const tainted = ["foo", "bar"].map((value) =>
      node(value, { ...small, labels: { [key]: value }, taints: [{ key: "closed", effect: "NoSchedule" }] }),
    );
    expect(placed([part("baz")], tainted, web(5, "web", policy({ nodeTaintsPolicy })))).toEqual(expected);
  });

  it.each([
    ["Ignore", [1]],
    ["Honor", [2]],
  ] as const)("[scheduling I156] under nodeTaintsPolicy %s of pools", (nodeTaintsPolicy, expected) => {
    const closed = part("bar", { taints: [{ key: "closed", effect: "NoSchedule" }] });
    expect(placed([part("foo"), closed], [], web(2, "web", policy({ nodeTaintsPolicy })))).toEqual(expected);
  });

  it("[scheduling I156] are those whose taints the pod tolerates, pool by pool", () => {
    const pool = (name: string, ...values: readonly string[]) =>
      nodePool(name, {
        requirements: [isIn(key, ...values)],
        taints: [{ key: "for", value: name, effect: "NoSchedule" }],
      });
    const pods = (count: number, value: string) =>
      podsOf(
        count,
        value,
        app("web", { ...spreads(policy({ nodeTaintsPolicy: "Honor" })), tolerations: [{ key: "for", value }] }),
      );
    expect(placed([pool("a", "foo", "bar"), pool("b", "foo", "baz")], [], [...pods(2, "a"), ...pods(4, "b")])).toEqual([
      1, 2, 3,
    ]);
  });

  it.each([
    ["Ignore", [1]],
    ["Honor", [5]],
  ] as const)("[scheduling I157] under nodeAffinityPolicy %s", (nodeAffinityPolicy, expected) => {
    const others = ["foo", "bar"].map((value) => node(value, { ...small, labels: { [key]: value, tier: "other" } }));
    const spec = { ...spreads(policy({ nodeAffinityPolicy })), nodeSelector: { tier: "own" } };
    const pools = [part("baz", { labels: { [key]: "baz", tier: "own" } })];
    expect(placed(pools, others, podsOf(5, "web", app("web", spec)))).toEqual(expected);
  });

  it("[scheduling I143] do not count pods that have ended, are going, or stand elsewhere", () => {
    const there = node("there", { ...small, labels: { [zone]: "test-zone-1" } });
    const going = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const rounds = createRounds({ nodes: [there, node("nowhere", small)] });
    const plan = rounds.pass([
      boundPod("failed", "there", app("web", {}, { status: { phase: "Failed" } })),
      boundPod("done", "there", app("web", {}, { status: { phase: "Succeeded" } })),
      ...[1, 2, 3].map((i) => boundPod(`going-${i}`, "there", app("web", {}, going))),
      boundPod("away", "nowhere", app("web")),
      ...web(3, "web", spreadOver(zone, "web")),
    ]);
    expect(new Set(plan.claims.map(({ cheapest }) => cheapest.zone)).size).toBe(3);
  });

  it("[scheduling I148] of two architectures are not shared", () => {
    const rounds = createRounds();
    const of = (name: string, arch: string) =>
      podsOf(2, name, app(name, { ...spreads(spreadOver(host, name)), nodeSelector: { [labels.arch]: arch } }));
    rounds.pass([...of("a", "amd64"), ...of("b", "arm64")]);
    expect(rounds.skew(host)).toEqual([1, 1, 1, 1]);
  });
});

const spanOf = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);
