import * as fc from "fast-check";
import { describe, it, expect } from "vitest";
import { labels, type Pod, type PodSpec } from "../../api/index.ts";
import { defaultTypes, instanceType, ladderTypes, offering, testZones } from "../../../test/builders/instance-types.ts";
import { companyOf, daemonSet, pod, spreadOver } from "../../../test/builders/pods.ts";
import {
  managedNode,
  node,
  nodePool,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { verifyPlan } from "../../../test/oracle/verify-plan.ts";
import { createProvisioner, provision } from "./provision.ts";

const zone = labels.zone;
const app = fc.constantFrom("a", "b", "c");
const topologyKey = fc.constantFrom(zone, labels.hostname);

const constraint: fc.Arbitrary<(name: string) => Partial<PodSpec>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(() => ({})) },
  {
    weight: 2,
    arbitrary: topologyKey.map((key) => (name: string) => ({ topologySpreadConstraints: [spreadOver(key, name)] })),
  },
  {
    weight: 1,
    arbitrary: topologyKey.map((key) => (name: string) => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, name)] } },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(topologyKey, app).map(([key, other]) => () => ({
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, other)] } },
    })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...testZones).map((value) => () => ({ nodeSelector: { [zone]: value } })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("amd64", "arm64").map((value) => () => ({ nodeSelector: { [labels.arch]: value } })),
  },
  { weight: 1, arbitrary: fc.constant(() => ({ tolerations: [{ operator: "Exists" as const }] })) },
);

const pods: fc.Arbitrary<readonly Pod[]> = fc
  .array(
    fc.record({
      name: app,
      constraint,
      cpu: fc.constantFrom("50m", "500m", "1", "1900m", "3"),
      memory: fc.constantFrom("64Mi", "900Mi", "3Gi"),
      count: fc.integer({ min: 1, max: 6 }),
      port: fc.constantFrom(undefined, undefined, undefined, 80),
    }),
    { maxLength: 6 },
  )
  .map((groups) =>
    groups.flatMap(({ name, constraint: specOf, cpu, memory, count, port }, group) =>
      Array.from({ length: count }, (_, i) => {
        const ports = port === undefined ? {} : { ports: [{ containerPort: port, hostPort: port }] };
        const containers = [{ name: "app", resources: { requests: { cpu, memory } }, ...ports }];
        return pod(`${name}-${group}-${i}`, { labels: { app: name }, spec: { ...specOf(name), containers } });
      }),
    ),
  );

const spotLadder = ladderTypes(12).map((type, i) =>
  instanceType(type.name, {
    cpu: String(i + 1),
    memory: `${((i % 3) + 1) * 2 * (i + 1)}Gi`,
    pods: "30",
    offerings: testZones.flatMap((value, z) => [
      offering(value, "on-demand", 0.1 * (i + 1)),
      offering(value, "spot", 0.03 * (i + 1) * (z + 1)),
    ]),
  }),
);

const parts: fc.Arbitrary<SnapshotParts> = fc.record({
  pods,
  types: fc.constantFrom(defaultTypes(), ladderTypes(8), spotLadder),
  pools: fc.constantFrom(
    [nodePool()],
    [nodePool("heavy", { weight: 10, limits: { cpu: "9" } }), nodePool("light")],
    [
      nodePool("tainted", { weight: 5, taints: [{ key: "team", effect: "NoSchedule" }] }),
      nodePool("zonal", { requirements: [{ key: zone, operator: "In", values: ["test-zone-1", "test-zone-3"] }] }),
    ],
    [
      nodePool("few", { limits: { nodes: "3" } }),
      nodePool("flexible", { requirements: [{ key: labels.instanceType, operator: "Exists", minValues: 2 }] }),
    ],
  ),
  nodes: fc.constantFrom([], [node("own", { labels: { [zone]: "test-zone-2" } })]),
  managed: fc.constantFrom(
    [],
    [
      managedNode("m1", { labels: { [zone]: "test-zone-1" } }),
      managedNode("m2", { phase: "launched", labels: { [zone]: "test-zone-3" } }),
    ],
  ),
  events: fc.constantFrom(
    [],
    [{ type: "upsert" as const, kind: "DaemonSet" as const, object: daemonSet("agent", { cpu: "150m" }) }],
  ),
});

/** The same things in another order, by seed. */
const shuffled = <T>(list: readonly T[] = [], seed: number): readonly T[] =>
  list
    .map((item, at) => ({ item, key: Math.imul(at + 1, seed | 1) >>> 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/** An object as another writer would have put it down: fields in the opposite order, all the way in. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, own]) => [key, turned(own)]),
  ) as T;
}

/** A plan hands pods and pools on as they are, so fields are compared by name. */
const sortedFields = (_: string, value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

describe("a plan", () => {
  it("gives every pod one fate that the oracle accepts", () => {
    fc.assert(
      fc.property(parts, (chosen) => {
        const taken = snapshot(chosen);
        expect(verifyPlan(taken, provision(taken, testOptions))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the order in which things were heard of, nor on that of their fields", () => {
    fc.assert(
      fc.property(parts, fc.integer(), (chosen, seed) => {
        const again = snapshot({
          ...chosen,
          pods: shuffled(chosen.pods, seed).map(turned),
          types: shuffled(chosen.types, seed),
          pools: shuffled(chosen.pools, seed).map(turned),
          nodes: shuffled(chosen.nodes, seed).map(turned),
          managed: shuffled(chosen.managed, seed).map(turned),
          events: shuffled(chosen.events, seed).map(turned),
        });
        const plans = [snapshot(chosen), again].map((taken) =>
          JSON.stringify({ ...provision(taken, testOptions), snapshotVersion: 0 }, sortedFields),
        );
        expect(plans[1]).toBe(plans[0]);
      }),
      { numRuns: 100 },
    );
  });

  it("does not depend on where it was paused", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 50 }), (chosen, units) => {
        const taken = snapshot(chosen);
        const provisioner = createProvisioner(taken, testOptions);
        while (provisioner.step(units) === "more");
        expect(JSON.stringify(provisioner.plan())).toBe(JSON.stringify(provision(taken, testOptions)));
      }),
      { numRuns: 50 },
    );
  });
});
