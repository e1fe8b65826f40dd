import { describe, expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Pod, PodSpec } from "../../api/index.ts";
import { app, inZone, isIn, prefers, spreads, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, spreadOver } from "../../../test/builders/pods.ts";
import { node, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { provision } from "./provision.ts";

function volumeIn(name: string, ...zones: readonly string[]): readonly ClusterEvent[] {
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { volumeName: name },
  };
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      csi: { driver: "ebs.csi.aws.com" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isIn(zone, ...zones)] }] } },
    },
  };
  return [
    { type: "upsert", kind: "PersistentVolumeClaim", object: claim },
    { type: "upsert", kind: "PersistentVolume", object: volume },
  ];
}

const withVolume = (name: string): Partial<PodSpec> => ({
  volumes: [{ name, persistentVolumeClaim: { claimName: name } }],
});
const zoneOf = (spec: Partial<PodSpec>, events: readonly ClusterEvent[] = [], standing: readonly Pod[] = []) => {
  const nodes = ["test-zone-1", "test-zone-2", "test-zone-3"].map((name) =>
    node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] }),
  );
  const taken = snapshot({ pods: [...standing, pod("web", app("web", spec))], events, nodes });
  return Object.keys(provision(taken, { ...testOptions, countZones: true }).pendingByZone ?? {});
};

describe("[scheduling P210] the effective zone of a pending pod", () => {
  const uneven = ["test-zone-1", "test-zone-2"].map((name) => boundPod(name, name, app("web")));

  it.each([
    ["its volume's, where that is in one", withVolume("v"), volumeIn("v", "test-zone-2"), "test-zone-2"],
    [
      "flexible, where its volume is in several",
      withVolume("v"),
      volumeIn("v", "test-zone-1", "test-zone-2"),
      "flexible",
    ],
    [
      "none, where volume and selector clash",
      { ...withVolume("v"), nodeSelector: { [zone]: "test-zone-3" } },
      volumeIn("v", "test-zone-2"),
      "none",
    ],
    ["flexible, where it only prefers one", prefers([1, isIn(zone, "test-zone-1")]), [], "flexible"],
    ["the one that it requires", inZone("test-zone-3"), [], "test-zone-3"],
    ["flexible, where it says nothing", {}, [], "flexible"],
  ] as const)("is %s", (_, spec, events, expected) => {
    expect(zoneOf(spec, events)).toEqual([expected]);
  });

  it("is the one that its spread leaves, and none where that is not among those it requires", () => {
    const spread = spreads(spreadOver(zone, "web"));
    expect([
      zoneOf(spread, [], uneven),
      zoneOf({ ...spread, ...inZone("test-zone-1", "test-zone-2") }, [], uneven),
      zoneOf(spreads(spreadOver("unknown", "web"))),
    ]).toEqual([["test-zone-3"], ["flexible"], ["flexible"]]);
  });

  it("is none where its topology cannot be satisfied", () => {
    const affinity = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: zone, labelSelector: { matchLabels: { app: "gone" } } },
        ],
      },
    };
    expect(zoneOf({ affinity })).toEqual(["none"]);
  });
});
