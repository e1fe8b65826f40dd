import { describe, expect, it } from "vitest";
import type { OwnerReference, Pod, ReplicaSet, Service } from "../../api/index.ts";
import { host, isIn, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds } from "../../../test/builders/rounds.ts";
import { node, nodePool } from "../../../test/builders/snapshot.ts";
import type { SpreadDefaults } from "./apply-defaults.ts";
import { type DefaultConstraint, readSchedulerConfig } from "./config.ts";
import { deduceSelector, type SelectingObjects } from "./selecting-objects.ts";

const over = (topologyKey: string, change: Partial<DefaultConstraint> = {}): DefaultConstraint => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: "DoNotSchedule",
  ...change,
});

const replicaSet = (name: string, matchLabels: Record<string, string>): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name, namespace: "default" },
  spec: { selector: { matchLabels } },
});
const service = (name: string, selector?: Record<string, string>, namespace = "default"): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  ...(selector === undefined ? {} : { spec: { selector } }),
});

interface Parts {
  readonly replicaSets?: readonly ReplicaSet[];
  readonly services?: readonly Service[];
  readonly controllers?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function objectsOf({ replicaSets = [], services = [], controllers = {} }: Parts): SelectingObjects {
  const keyed = replicaSets.map((each) => [`default/${each.metadata.name}`, each] as const);
  const statefulSets = keyed.map(
    ([key, { metadata, spec }]) =>
      [
        key,
        {
          apiVersion: "apps/v1",
          kind: "StatefulSet",
          metadata,
          spec: { selector: spec.selector, template: { spec: { containers: [] } } },
        },
      ] as const,
  );
  const replicationControllers = Object.entries(controllers).map(
    ([name, selector]) =>
      [
        `default/${name}`,
        { apiVersion: "v1", kind: "ReplicationController", metadata: { name }, spec: { selector } },
      ] as const,
  );
  return {
    services,
    replicaSets: new Map(keyed),
    statefulSets: new Map(statefulSets),
    replicationControllers: new Map(replicationControllers),
  };
}

const owner = (kind: string, name: string, change: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: kind === "ReplicationController" ? "v1" : "apps/v1",
  kind,
  name,
  uid: `uid-${name}`,
  controller: true,
  ...change,
});
const owned = (count: number, name: string, labels: Record<string, string>, of = owner("ReplicaSet", name)) =>
  podsOf(count, name, { labels, metadata: { ownerReferences: [of] } }).map(
    (each): Pod => ({ ...each, metadata: { ...each.metadata, labels } }),
  );
const defaults = (parts: Parts, ...constraints: readonly DefaultConstraint[]): SpreadDefaults => ({
  constraints,
  objects: objectsOf(parts),
});
const web = { app: "web" };
const webSet = { replicaSets: [replicaSet("web", web)] };

describe("default constraints", () => {
  it("[scheduling L182] spread pods that declare nothing, over zones or hosts", () => {
    const placed = (key: string, count: number) => {
      const rounds = createRounds({ options: { spreadDefaults: defaults(webSet, over(key)) } });
      rounds.pass(owned(count, "web", web));
      return rounds.skew(key);
    };
    expect([placed(zone, 4), placed(host, 3)]).toEqual([
      [1, 1, 2],
      [1, 1, 1],
    ]);
  });

  it("[scheduling L183] leave pods alone that declare their own", () => {
    const rounds = createRounds({ options: { spreadDefaults: defaults(webSet, over(zone)) } });
    const own = { topologySpreadConstraints: [spreadOver(host, "web", 3)] };
    rounds.pass(owned(3, "web", web).map((each) => ({ ...each, spec: { ...each.spec, ...own } })));
    expect(rounds.skew(host)).toEqual([3]);
  });

  it.each([
    ["minDomains above the zones there are", ["test-zone-1", "test-zone-2"], over(zone, { minDomains: 3 }), [1, 1]],
    ["minDomains above one zone", ["test-zone-1"], over(zone, { minDomains: 3 }), [1]],
    ["ScheduleAnyway", ["test-zone-1"], over(zone, { whenUnsatisfiable: "ScheduleAnyway" }), [3]],
  ] as const)("[scheduling L183] with %s", (_, zones, constraint, expected) => {
    const pools = [nodePool("default", { requirements: [isIn(zone, ...zones)] })];
    const rounds = createRounds({ pools, options: { spreadDefaults: defaults(webSet, constraint) } });
    rounds.pass(owned(3, "web", web));
    expect(rounds.skew(zone)).toEqual(expected);
  });

  it("[scheduling L184] do nothing without a configuration, or for pods that nothing groups", () => {
    const placed = (spreadDefaults: SpreadDefaults | undefined) => {
      const rounds = createRounds({ options: spreadDefaults === undefined ? {} : { spreadDefaults } });
      rounds.pass(podsOf(3, "web", { labels: web }));
      return rounds.skew(host);
    };
    expect([placed(undefined), placed(defaults({}, over(host))), placed(defaults(webSet, over(host)))]).toEqual([
      [3],
      [3],
      [3],
    ]);
  });

  it("[scheduling L185] count the pods that stand", () => {
    const z1 = node("z1", { labels: { [zone]: "test-zone-1" } });
    const rounds = createRounds({ nodes: [z1], options: { spreadDefaults: defaults(webSet, over(zone)) } });
    const standing = ["a", "b"].map((name) => boundPod(name, "z1", { labels: web }));
    const before = rounds.pass([...standing, ...owned(2, "web", web)]);
    expect(before.claims.flatMap(({ pods }) => pods).length).toBe(2);
    expect(rounds.skew(zone).length).toBe(2);
  });

  it.each([
    ["workloads", { app: "a" }, { app: "b" }],
    ["revisions of one workload", { app: "w", hash: "1" }, { app: "w", hash: "2" }],
  ])("[scheduling L185] keep %s apart", (_, first, second) => {
    const sets = { replicaSets: [replicaSet("a", first), replicaSet("b", second)] };
    const rounds = createRounds({ options: { spreadDefaults: defaults(sets, over(zone)) } });
    const pinned = owned(2, "a", first).map((each) => ({
      ...each,
      spec: { ...each.spec, nodeSelector: { [zone]: "test-zone-1" } },
    }));
    rounds.pass(pinned);
    rounds.pass(owned(3, "b", second));
    expect(rounds.skew(zone)).toEqual([1, 1, 3]);
  });

  it("[scheduling L185] go by a service alone where there is no owner", () => {
    const rounds = createRounds({
      options: { spreadDefaults: defaults({ services: [service("web", web)] }, over(zone)) },
    });
    rounds.pass(podsOf(4, "web", { labels: web }));
    expect(rounds.skew(zone)).toEqual([1, 1, 2]);
  });
});

describe("[scheduling L186] the selector of a pod", () => {
  const selector = (parts: Parts, labels: Record<string, string>, ...owners: readonly OwnerReference[]) =>
    deduceSelector(pod("web-0", { labels, metadata: { labels, ownerReferences: owners } }), objectsOf(parts));
  const asExpressions = (labels: Record<string, string>) =>
    Object.entries(labels).map(([key, value]) => ({ key, operator: "In", values: [value] }));

  it.each(["ReplicaSet", "StatefulSet"])("is that of its %s, not its labels", (kind) => {
    expect(selector(webSet, { ...web, more: "yes" }, owner(kind, "web"))).toEqual({
      matchLabels: {},
      matchExpressions: asExpressions(web),
    });
  });

  it("is that of its ReplicationController, over what services say", () => {
    const parts = { controllers: { web: { app: "rc" } }, services: [service("web", web)] };
    expect(selector(parts, web, owner("ReplicationController", "web"))).toEqual({ matchLabels: { app: "rc" } });
  });

  it.each([
    ["is of a kind that has none", owner("Job", "web", { apiVersion: "batch/v1" })],
    ["does not control it", owner("ReplicaSet", "web", { controller: false })],
    ["is missing", owner("ReplicaSet", "gone")],
  ])("is none when its owner %s", (_, reference) => {
    expect(selector(webSet, web, reference)).toBeUndefined();
  });

  it("merges services that mean it, skips those without a selector and those of other namespaces", () => {
    const services = [
      service("a", { app: "web" }),
      service("b", { tier: "front" }),
      service("empty"),
      service("none", {}),
      service("far", { app: "web", far: "yes" }, "far"),
      service("other", { app: "other" }),
    ];
    expect(selector({ services }, { app: "web", tier: "front" })).toEqual({
      matchLabels: { app: "web", tier: "front" },
    });
  });

  it("selects nothing when its ReplicaSet contradicts its services", () => {
    const parts = { replicaSets: [replicaSet("web", { app: "other" })], services: [service("web", web)] };
    expect(selector(parts, web, owner("ReplicaSet", "web"))).toEqual({
      matchLabels: web,
      matchExpressions: asExpressions({ app: "other" }),
    });
  });
});

describe("the scheduler configuration", () => {
  const read = (constraint: object) => readSchedulerConfig({ podTopologySpread: { defaultConstraints: [constraint] } });
  const good = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "DoNotSchedule" };

  it("[scheduling Q222] is read from a document, and an empty one is none", () => {
    expect([read(good), readSchedulerConfig(undefined)]).toEqual([
      { ok: true, value: { defaultConstraints: [good] } },
      { ok: true, value: { defaultConstraints: [] } },
    ]);
  });

  it.each([
    [{ ...good, maxSkew: 0 }, "maxSkew: must be an integer above 0, got 0"],
    [{ ...good, topologyKey: "a b" }, "topologyKey: "],
    [{ ...good, whenUnsatisfiable: "Never" }, "whenUnsatisfiable: must be DoNotSchedule or ScheduleAnyway"],
    [{ ...good, labelSelector: {} }, "labelSelector: must be null"],
    [{ ...good, matchLabelKeys: ["a"] }, "matchLabelKeys: must be empty"],
    [{ ...good, unknown: 1 }, "unknown: unknown field"],
  ])("[scheduling Q222] refuses %o", (constraint, text) => {
    const outcome = read(constraint);
    expect(outcome.ok ? [] : outcome.failure).toEqual([expect.stringContaining(text)]);
  });

  it("[scheduling Q222] refuses a pair of key and policy that comes twice", () => {
    const outcome = readSchedulerConfig({ podTopologySpread: { defaultConstraints: [good, { ...good, maxSkew: 2 }] } });
    expect(outcome.ok).toBe(false);
  });
});
