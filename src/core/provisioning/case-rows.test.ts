import { describe, expect, it } from "vitest";
import {
  labels,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodSpec,
  type StorageClass,
} from "../../api/index.ts";
import { instanceType } from "../../../test/builders/instance-types.ts";
import {
  app,
  avoids,
  host,
  isIn,
  launchedTypes,
  leftOver,
  onNodes,
  prefers,
  spreads,
  zone,
} from "../../../test/builders/placing.ts";
import { daemonSet, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds, type RoundsSetting } from "../../../test/builders/rounds.ts";
import { nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { provision } from "./provision.ts";

/** Further cases of scenarios that have several. */
const planOf = (pods: readonly Pod[], setting: RoundsSetting = {}) => createRounds(setting).pass(pods);
const zonesOf = (plan: ReturnType<typeof planOf>) => plan.claims.map(({ cheapest }) => cheapest.zone).sort();

describe("selectors", () => {
  it.each([
    ["arch", labels.arch, "amd64", "arm64"],
    ["zone", zone, "test-zone-1", "test-zone-2"],
    ["instance type", labels.instanceType, "default-instance-type", "arm-instance-type"],
    ["os", labels.os, "linux", "ios"],
  ])("[scheduling D58] of two values of %s need two nodes", (_, key, a, b) => {
    const plan = planOf([a, b].map((value) => pod(value, { spec: { nodeSelector: { [key]: value } } })));
    expect([plan.claims.length, plan.unplaced]).toEqual([2, []]);
  });

  it.each([
    ["a pool's own kind of key", "kubernetes.io/team"],
    ["a key of a node's domain", "node.kubernetes.io/team"],
    ["a key of a subdomain", "sub.k8s.io/team"],
  ])("[scheduling A16] by %s meet what the pool says, as requirement or label", (_, key) => {
    const web = pod("web", { spec: { nodeSelector: { [key]: "a" } } });
    const [byLabel, byRequirement] = [{ labels: { [key]: "a" } }, { requirements: [isIn(key, "a", "b")] }].map(
      (change) => planOf([web], { pools: [nodePool("default", change)] }),
    );
    expect([byLabel, byRequirement].map((plan) => plan?.claims[0]?.claim.metadata.labels?.[key])).toEqual(["a", "a"]);
  });

  it("[scheduling B34] preferences, requirements and selectors over types and zones hold together", () => {
    const spec = {
      nodeSelector: { [zone]: "test-zone-3" },
      affinity: {
        ...prefers([1, isIn(labels.instanceType, "arm-instance-type", "unknown")]).affinity,
        nodeAffinity: {
          ...prefers([1, isIn(labels.instanceType, "arm-instance-type", "unknown")]).affinity?.nodeAffinity,
          ...onNodes([isIn(labels.instanceType, "arm-instance-type", "default-instance-type")]).affinity?.nodeAffinity,
        },
      },
    };
    expect(planOf([pod("web", { spec })]).claims[0]?.cheapest).toMatchObject({
      instanceType: "arm-instance-type",
      zone: "test-zone-3",
    });
  });

  it("[scheduling C51] a preference for another host is not looked at under Ignore", () => {
    const spec = prefers([1, isIn(host, "somewhere-else")]);
    expect(planOf(podsOf(2, "web", { spec }), { options: { preferencePolicy: "Ignore" } }).claims.length).toBe(1);
  });

  it.each([zone, host])("[scheduling C52] a spread over %s that may be left packs under Ignore", (key) => {
    const soft = { ...spreadOver(key, "web"), whenUnsatisfiable: "ScheduleAnyway" as const };
    const pods = podsOf(4, "web", app("web", spreads(soft)));
    expect(planOf(pods, { options: { preferencePolicy: "Ignore" } }).claims.length).toBe(1);
  });

  it("[scheduling D64] a large type that must not be special is none", () => {
    const spec = onNodes([isIn("size", "large"), { key: "special", operator: "DoesNotExist" }]);
    expect(leftOver(planOf([pod("web", { spec })]))).toEqual(["web"]);
  });

  it("[scheduling H125] pools of any weight: the heaviest, unless another is selected by name or by label", () => {
    const pools = [
      nodePool("light", { weight: 20, labels: { tier: "light" } }),
      nodePool("heavy", { weight: 100 }),
      nodePool("none"),
    ];
    const chosen = (spec: Partial<PodSpec>) => planOf([pod("web", { spec })], { pools }).claims[0]?.poolKey.name;
    expect([
      chosen({}),
      chosen({ nodeSelector: { [labels.nodePool]: "none" } }),
      chosen({ nodeSelector: { tier: "light" } }),
    ]).toEqual(["heavy", "none", "light"]);
  });
});

describe("requests", () => {
  it("[scheduling E84] of an init container above any type leave the pod", () => {
    const initContainers = [{ name: "init", resources: { requests: { memory: "1Ti" } } }];
    expect(leftOver(planOf([pod("web", { spec: { initContainers } })]))).toEqual(["web"]);
  });

  it("[scheduling E90] on types that take one pod each make a node each", () => {
    const pods = podsOf(3, "web", { spec: { nodeSelector: { [labels.instanceType]: "single-pod-instance-type" } } });
    expect(planOf(pods).claims.length).toBe(3);
  });

  it("[scheduling E89] of two pods and a daemon are three pods, and the daemon counts once", () => {
    const object = daemonSet("agent", { cpu: "100m" });
    const events: readonly ClusterEvent[] = [{ type: "upsert", kind: "DaemonSet", object }];
    const plan = planOf(podsOf(2, "web", { requests: { cpu: "500m" } }), { events });
    expect(plan.claims.map(({ claim }) => claim.spec.resources?.requests)).toEqual([{ cpu: "1100m", pods: "3" }]);
  });

  const claims = [{ name: "gpu" }];
  it.each([
    ["a container", { containers: [{ name: "app", resources: { claims } }] }],
    ["an init container", { containers: [{ name: "app" }], initContainers: [{ name: "init", resources: { claims } }] }],
    [
      "both",
      {
        containers: [{ name: "app", resources: { claims } }],
        initContainers: [{ name: "init", resources: { claims } }],
      },
    ],
  ])("[scheduling O204] of resource claims by %s are refused, and relaxed for nothing", (_, spec) => {
    const plan = planOf([pod("gpu", { spec: { ...spec, resourceClaims: claims } }), pod("web")]);
    expect([leftOver(plan), plan.unplaced[0]?.reasons[0]?.code, plan.claims.length]).toEqual([
      ["gpu"],
      "resource-claims",
      1,
    ]);
  });

  it("[scheduling O204] of a DaemonSet with resource claims count where claims are not ignored", () => {
    const object = daemonSet("agent", { cpu: "1" }, { resourceClaims: claims });
    const events: readonly ClusterEvent[] = [{ type: "upsert", kind: "DaemonSet", object }];
    const taken = snapshot({ pods: [pod("web", { requests: { cpu: "1" } })], events });
    const cpu = (ignoreResourceClaims: boolean) =>
      provision(taken, { ...testOptions, ignoreResourceClaims }).claims[0]?.claim.spec.resources?.requests?.["cpu"];
    expect([cpu(true), cpu(false)]).toEqual(["1", "2"]);
  });
});

describe("anti-affinity by host", () => {
  it("[scheduling K175] keeps two apart in whatever order they come", () => {
    for (let run = 0; run < 20; run++) {
      const two = [pod(`a-${run}`, app("web", avoids(host, "other"))), pod(`${run}-m`, app("other"))];
      expect(planOf(run % 2 === 0 ? two : two.toReversed()).claims.length).toBe(2);
    }
  });
});

describe("volumes", () => {
  const at = (...zones: readonly string[]) => ({ matchExpressions: [isIn(zone, ...zones)] });
  const claim = (
    name: string,
    spec: PersistentVolumeClaim["spec"],
    change: Partial<PersistentVolumeClaim> = {},
  ): ClusterEvent => ({
    type: "upsert",
    kind: "PersistentVolumeClaim",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      spec,
      ...change,
      metadata: {
        name,
        namespace: "default",
        annotations: { "pv.kubernetes.io/bind-completed": "yes" },
        ...change.metadata,
      },
    },
  });
  const volume = (
    name: string,
    spec: Partial<PersistentVolume["spec"]>,
    metadata: Partial<PersistentVolume["metadata"]> = {},
  ): ClusterEvent => ({
    type: "upsert",
    kind: "PersistentVolume",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, ...metadata },
      spec: { csi: { driver: "ebs.csi.aws.com" }, ...spec },
    },
  });
  const inZones = (...zones: readonly (readonly string[])[]): Partial<PersistentVolume["spec"]> => ({
    nodeAffinity: { required: { nodeSelectorTerms: zones.map((each) => at(...each)) } },
  });
  const storageClass = (...zones: readonly string[]): ClusterEvent => {
    const object: StorageClass = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "fast" },
      provisioner: "ebs.csi.aws.com",
      volumeBindingMode: "WaitForFirstConsumer",
      allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: zones }] }],
    };
    return { type: "upsert", kind: "StorageClass", object };
  };
  const using = (name: string, claimName: string, spec: Partial<PodSpec> = {}) =>
    pod(name, {
      labels: { app: "db" },
      spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }], ...spec },
    });

  it("[scheduling N190] of two zones each, as their terms say, let two pods that stay apart stand in one each", () => {
    const events = ["a", "b"].flatMap((name) => [
      volume(name, inZones(["test-zone-1"], ["test-zone-2"])),
      claim(name, { volumeName: name }),
    ]);
    const plan = planOf(
      ["a", "b"].map((name) => using(name, name, avoids(zone, "db"))),
      { events },
    );
    expect(zonesOf(plan)).toEqual(["test-zone-1", "test-zone-2"]);
  });

  it.each([
    [
      "bound volume is going",
      [volume("pv", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }), claim("c", { volumeName: "pv" })],
    ],
    ["volume is gone", [claim("c", { volumeName: "pv" })]],
    ["claim is Lost", [volume("pv", {}), claim("c", { volumeName: "pv" }, { status: { phase: "Lost" } })]],
    [
      "claim is not bound to the end",
      [
        volume("pv", {}),
        claim("c", { volumeName: "pv" }, { metadata: { name: "c", namespace: "default", annotations: {} } }),
      ],
    ],
    ["claim's class is missing", [claim("c", { storageClassName: "gone" })]],
  ])("[scheduling N193] keep their pod waiting, and no other, when the %s", (_, events) => {
    expect(leftOver(planOf([using("db", "c"), pod("plain")], { events }))).toEqual(["db"]);
  });

  it.each([
    ["no class", {}],
    ["an empty class", { storageClassName: "" }],
    ["a class that is gone", { storageClassName: "gone" }],
  ])("[scheduling N194] that are bound need no class: %s", (_, spec) => {
    const events = [volume("pv", inZones(["test-zone-2"])), claim("c", { volumeName: "pv", ...spec })];
    expect(zonesOf(planOf([using("db", "c")], { events }))).toEqual(["test-zone-2"]);
  });

  it("[scheduling N194] made for a pod alone go by the zones of their class", () => {
    const events = [storageClass("test-zone-3"), claim("db-data", { storageClassName: "fast" })];
    const volumes = [{ name: "data", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "fast" } } } }];
    expect(zonesOf(planOf([pod("db", { spec: { volumes } })], { events }))).toEqual(["test-zone-3"]);
  });

  it("[scheduling N192] of claims that share one pair use that pair", () => {
    const events = [
      volume("one", inZones(["test-zone-1"], ["test-zone-2"])),
      volume("two", inZones(["test-zone-2"], ["test-zone-3"])),
      claim("a", { volumeName: "one" }),
      claim("b", { volumeName: "two" }),
    ];
    const volumes = ["a", "b"].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));
    expect(zonesOf(planOf([pod("db", { spec: { volumes } })], { events }))).toEqual(["test-zone-2"]);
  });
});

it("[scheduling D62] pods for devices of two makers get machines of two types", () => {
  const pods = ["vendor-a", "vendor-b"].map((name) => pod(name, { requests: { [`fake.com/${name}`]: "1" } }));
  expect(launchedTypes(planOf(pods))).toEqual(["gpu-vendor-b-instance-type", "gpu-vendor-instance-type"]);
});

it("[scheduling H124] a limit on devices below the only type leaves its pod", () => {
  const types = [instanceType("gpu", { extra: { "fake.com/vendor-a": "2" } })];
  const pools = [nodePool("default", { limits: { "fake.com/vendor-a": "1" } })];
  const plan = planOf([pod("web", { requests: { "fake.com/vendor-a": "1" } })], { types, pools });
  expect(plan.unplaced[0]?.message).toContain("all available instance types exceed limits");
});
