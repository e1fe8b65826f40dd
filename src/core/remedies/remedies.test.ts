import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { instanceType } from "../../../test/builders/instance-types.ts";
import { app, avoids, host, inZone, joins, spreads, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, spreadOver } from "../../../test/builders/pods.ts";
import {
  managedNode,
  node,
  nodePool,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { findRemedies, nearestRemedy } from "./find-remedies.ts";

const remedies = (parts: SnapshotParts) => {
  const taken = snapshot(parts);
  const [left] = taken.pendingPods;
  return left === undefined ? [] : [...findRemedies(taken, left, testOptions)];
};
const texts = (parts: SnapshotParts) => remedies(parts).map(({ text }) => text);

describe("the nearest change", () => {
  it("tolerates the taint of a pool", () => {
    const pools = [nodePool("default", { taints: [{ key: "team", value: "a", effect: "NoSchedule" }] })];
    expect(remedies({ pools, pods: [pod("web")] })[0]).toEqual({
      kind: "add-toleration",
      text: "tolerate team, which NodePool default taints its nodes with",
      object: "Pod/default/web",
      patch: { spec: { tolerations: [{ key: "team", operator: "Equal", value: "a", effect: "NoSchedule" }] } },
      verified: true,
    });
  });

  it("raises a limit to what is in use and what is asked for", () => {
    const pools = [nodePool("default", { limits: { cpu: "4" } })];
    const managed = [managedNode("full", { allocatable: { cpu: "4", memory: "4Gi", pods: "0" } })];
    expect(remedies({ pools, managed, pods: [pod("web", { requests: { cpu: "3" } })] })[0]).toMatchObject({
      kind: "raise-limit",
      text: "raise limits of NodePool default: cpu from 4 to 8",
      object: "NodePool/default",
      patch: { spec: { limits: { cpu: "8" } } },
      verified: true,
    });
  });

  it("raises the number of nodes", () => {
    const pools = [nodePool("default", { limits: { nodes: "0" } })];
    expect(texts({ pools, pods: [pod("web")] })).toEqual(["raise limits of NodePool default: nodes from 0 to 1"]);
  });

  it("drops the selector that nothing meets, and no other", () => {
    const nodeSelector = { [labels.arch]: "arm64", [zone]: "nowhere" };
    expect(texts({ pods: [pod("web", { spec: { nodeSelector } })] })).toEqual([
      "drop topology.kubernetes.io/zone=nowhere from the node selector",
    ]);
  });

  it("drops the expression of a required term", () => {
    expect(texts({ pods: [pod("web", { spec: inZone("nowhere") })] })).toEqual([
      "drop topology.kubernetes.io/zone In [nowhere] from required node affinity term 1",
    ]);
  });

  it("softens a spread", () => {
    const there = node("there", { labels: { part: "a" }, allocatable: { cpu: "0", memory: "0", pods: "0" } });
    const pods = [pod("web", app("web", spreads(spreadOver("part", "web"))))];
    expect(texts({ nodes: [there], pods })).toEqual(["let the spread over part be ScheduleAnyway"]);
  });

  it("drops company that is not there, or that is everywhere", () => {
    const one = (spec: object) => texts({ pods: [pod("web", app("web", spec))] });
    const zones = ["test-zone-1", "test-zone-2", "test-zone-3"];
    const nodes = zones.map((name) =>
      node(name, { labels: { [zone]: name }, taints: [{ key: "full", effect: "NoSchedule" }] }),
    );
    const standing = zones.map((name) => boundPod(`on-${name}`, name, app("other")));
    expect(one(joins(host, "gone"))).toEqual(["drop the required pod affinity over kubernetes.io/hostname (term 1)"]);
    expect(texts({ nodes, pods: [...standing, pod("web", app("web", avoids(zone, "other")))] })).toEqual([
      "drop the required pod anti-affinity over topology.kubernetes.io/zone (term 1)",
    ]);
  });

  it("asks for less where the largest machine is too small", () => {
    const types = [instanceType("only")];
    expect(texts({ types, pods: [pod("web", { requests: { cpu: "10" } })] })).toEqual([
      "ask for less: cpu 10 where the largest machine offers 3900m",
    ]);
  });

  it("is two changes where no single one helps, and one patch where both are of one object", () => {
    const pools = [nodePool("default", { taints: [{ key: "team", effect: "NoSchedule" }] })];
    expect(remedies({ pools, pods: [pod("web", { spec: { nodeSelector: { [zone]: "nowhere" } } })] })).toEqual([
      {
        kind: "two-changes",
        text: "tolerate team, which NodePool default taints its nodes with, and drop topology.kubernetes.io/zone=nowhere from the node selector",
        object: "Pod/default/web",
        patch: {
          spec: {
            tolerations: [{ key: "team", operator: "Exists", effect: "NoSchedule" }],
            nodeSelector: { [zone]: null },
          },
        },
        verified: true,
      },
    ]);
  });

  it("is two changes of different objects, without a patch", () => {
    const pools = [nodePool("default", { limits: { nodes: "0" } })];
    const [remedy] = remedies({ pools, pods: [pod("web", { spec: { nodeSelector: { [zone]: "nowhere" } } })] });
    expect(remedy?.text).toBe(
      "drop topology.kubernetes.io/zone=nowhere from the node selector, and raise limits of NodePool default: nodes from 0 to 1",
    );
    expect(remedy?.patch).toBeUndefined();
  });

  it("is none where three would be needed", () => {
    const pools = [nodePool("default", { taints: [{ key: "team", effect: "NoSchedule" }] })];
    const nodeSelector = { [zone]: "nowhere", [labels.arch]: "none" };
    const taken = snapshot({ pools, pods: [pod("web", { spec: { nodeSelector } })] });
    const [left] = taken.pendingPods;
    expect(left === undefined ? "no pod" : nearestRemedy(taken, left, testOptions)).toBeUndefined();
  });
});
