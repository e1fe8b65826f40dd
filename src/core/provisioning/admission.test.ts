import { describe, expect, it } from "vitest";
import { daemonSet, pod } from "../../../test/builders/pods.ts";
import { managedNode, node, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { boundPod } from "../../../test/builders/pods.ts";
import { provision } from "./provision.ts";

const unscheduled = (reason: string) =>
  ({ phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason }] }) as const;

describe("pods that are planned for", () => {
  it("[scheduling A5] places a pod that the scheduler refused", () => {
    const plan = provision(snapshot({ pods: [pod("web")] }), testOptions);
    expect(plan.claims.map(({ pods }) => pods.map(({ metadata }) => metadata.name))).toEqual([["web"]]);
  });

  it("[scheduling A6] leaves a gated pod alone", () => {
    const plan = provision(snapshot({ pods: [pod("web", { status: unscheduled("SchedulingGated") })] }), testOptions);
    expect([plan.claims, plan.unplaced]).toEqual([[], []]);
  });

  it("[scheduling A7] leaves a pod alone that waits for victims on a node", () => {
    const status = { ...unscheduled("Unschedulable"), nominatedNodeName: "node-1" };
    const plan = provision(snapshot({ pods: [pod("web", { status })] }), testOptions);
    expect([plan.claims, plan.unplaced]).toEqual([[], []]);
  });

  it.each(["DaemonSet", "Node"])("[scheduling A8] leaves pods of a %s alone", (kind) => {
    const owner = { apiVersion: kind === "Node" ? "v1" : "apps/v1", kind, name: "owner", uid: "uid-owner" };
    const plan = provision(snapshot({ pods: [pod("agent", { metadata: { ownerReferences: [owner] } })] }), testOptions);
    expect([plan.claims, plan.unplaced]).toEqual([[], []]);
  });
});

describe("pools that are planned with", () => {
  it("[scheduling A9] leaves out a pool that is being deleted", () => {
    const pools = [nodePool("default", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })];
    expect(provision(snapshot({ pools, pods: [pod("web")] }), testOptions).claims).toEqual([]);
  });

  it("[scheduling A10] leaves out a pool that is not ready", () => {
    const pools = [nodePool("default", { ready: "False" })];
    expect(provision(snapshot({ pools, pods: [pod("web")] }), testOptions).claims).toEqual([]);
  });

  it("says of each pool why it takes no part when none does", () => {
    const missing = {
      type: "NodeClassReady",
      status: "False",
      reason: "NodeClassNotFound",
      message: "no such class",
    } as const;
    const pools = [
      nodePool("old", { metadata: { deletionTimestamp: "2026-11-02T10:00:00Z" } }),
      nodePool("fixed", { spec: { replicas: 2 } }),
      nodePool("new", { ready: "False" }),
      { ...nodePool("lost"), status: { conditions: [{ type: "Ready", status: "False" } as const, missing] } },
    ];
    const [left] = provision(snapshot({ pools, pods: [pod("web")] }), testOptions).unplaced;
    expect([left?.message, left?.reasons[0]?.text]).toEqual([
      "",
      'no dynamic nodepools found; nodepool "fixed" is static; nodepool "lost" is not ready (NodeClassReady=False, NodeClassNotFound, no such class); nodepool "new" is not ready (Ready=False); nodepool "old" is being deleted',
    ]);
  });

  it("[scheduling A11] says that there are no pools, without an event", () => {
    const [left] = provision(snapshot({ pools: [], pods: [pod("web")] }), testOptions).unplaced;
    expect(left).toMatchObject({ message: "", reasons: [{ layer: "pool", text: "no dynamic nodepools found" }] });
  });

  it("[scheduling A12] makes claims of dynamic pools only", () => {
    const fixed = nodePool("fixed", { spec: { replicas: 3 } });
    const alone = provision(snapshot({ pools: [fixed], pods: [pod("web")] }), testOptions);
    const both = provision(snapshot({ pools: [fixed, nodePool("open")], pods: [pod("web")] }), testOptions);
    expect([alone.claims.length, both.claims.map(({ poolKey }) => poolKey.name)]).toEqual([0, ["open"]]);
  });
});

describe("pods that are refused", () => {
  const required = (expression: object) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expression] },
      },
    },
  });

  it("[scheduling A13] ignores, without an event, a pod that avoids our nodes", () => {
    const spec = required({ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] });
    const [left] = provision(snapshot({ pods: [pod("web", { spec })] }), testOptions).unplaced;
    expect(left).toMatchObject({ message: "", reasons: [{ code: "avoids-our-nodes" }] });
  });

  it.each(["kubernetes.io/hostname", "karpenter.sh/unknown"])(
    "[scheduling A14] [scheduling A15] ignores a selector on %s",
    (key) => {
      const plan = provision(snapshot({ pods: [pod("web", { spec: { nodeSelector: { [key]: "x" } } })] }), testOptions);
      expect([plan.claims.length, plan.unplaced.length]).toEqual([0, 1]);
    },
  );

  it.each(["kubernetes.io", "node.kubernetes.io", "sub.k8s.io"])(
    "[scheduling A16] places selectors in the domain %s",
    (domain) => {
      const key = `${domain}/team`;
      const pools = [nodePool("default", { requirements: [{ key, operator: "In", values: ["a"] }] })];
      const plan = provision(
        snapshot({ pools, pods: [pod("web", { spec: { nodeSelector: { [key]: "a" } } })] }),
        testOptions,
      );
      expect(plan.claims[0]?.claim.metadata.labels?.[key]).toBe("a");
    },
  );

  it("[scheduling A17] ignores a pod that matches fields", () => {
    const spec = required({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n"] }] });
    const [left] = provision(snapshot({ pods: [pod("web", { spec })] }), testOptions).unplaced;
    expect(left?.message).toContain("node selector term with matchFields is not supported");
  });

  it("[scheduling O204] refuses resource claims, and leaves DaemonSets with them out of the overhead", () => {
    const claims = { resourceClaims: [{ name: "gpu" }] };
    const agent = daemonSet("agent", { cpu: "3500m" }, claims);
    const events = [{ type: "upsert", kind: "DaemonSet", object: agent }] as const;
    const pods = [pod("gpu", { spec: claims }), pod("web", { requests: { cpu: "1" } })];
    const plan = provision(snapshot({ pods, events }), testOptions);
    expect(plan.unplaced.map(({ message }) => message)).toEqual([
      "Failed to schedule pod, pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
    ]);
    expect(plan.claims[0]?.claim.spec.resources?.requests).toEqual({ cpu: "1", pods: "1" });
  });
});

describe("pods of nodes that go", () => {
  const leaving = (pods: ReturnType<typeof boundPod>[], events: Parameters<typeof snapshot>[0] = {}) =>
    provision(snapshot({ managed: [managedNode("old", { leaving: true })], pods, ...events }), testOptions);

  it("[scheduling F106] replaces a node that goes, for the pods that will come back", () => {
    expect(leaving([boundPod("web", "old", { requests: { cpu: "3" } })]).claims.length).toBe(1);
  });

  it.each([
    ["ReplicaSet", 0],
    ["StatefulSet", 1],
    ["DaemonSet", 0],
  ])("[scheduling F106] plans for terminating pods of a %s: %i", (kind, claims) => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind, name: "owner", uid: "uid-owner", controller: true }];
    const terminating = boundPod("web", "old", {
      metadata: { ownerReferences, deletionTimestamp: "2026-01-01T00:00:00Z" },
    });
    expect(leaving([terminating]).claims.length).toBe(claims);
  });

  it.each([
    ["maxUnavailable 0", { maxUnavailable: 0 }],
    ["maxUnavailable 0%", { maxUnavailable: "0%" }],
    ["minAvailable 100%", { minAvailable: "100%" }],
  ])("[scheduling F107] buys nothing for a pod that a budget of %s keeps", (_, spec) => {
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "keep", namespace: "default" },
      spec: { selector: { matchLabels: { app: "web" } }, ...spec },
    };
    const events = [{ type: "upsert", kind: "PodDisruptionBudget", object: budget }] as const;
    expect(leaving([boundPod("web", "old", { labels: { app: "web" } })], { events }).claims).toEqual([]);
  });

  it("[scheduling Q219] two budgets keep a pod that is not ready, though one would let it go", () => {
    const budget = (name: string) => ({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace: "default" },
      spec: { selector: {}, unhealthyPodEvictionPolicy: "AlwaysAllow" as const, maxUnavailable: 1 },
    });
    const events = [budget("a"), budget("b")].map(
      (object) => ({ type: "upsert", kind: "PodDisruptionBudget", object }) as const,
    );
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } as const;
    expect(leaving([boundPod("web", "old", { status })], { events }).claims).toEqual([]);
  });

  it("[scheduling F108] puts the pods of a launching node that goes on one new node", () => {
    const pods = [boundPod("a", "old", { requests: { cpu: "1" } }), boundPod("b", "old", { requests: { cpu: "1" } })];
    expect(leaving(pods).claims.map(({ pods: placed }) => placed.length)).toEqual([2]);
  });

  it("does not use the node that goes", () => {
    const plan = provision(
      snapshot({ managed: [managedNode("old", { leaving: true })], nodes: [node("stays")], pods: [pod("web")] }),
      testOptions,
    );
    expect(plan.nominations.map(({ node: name }) => name)).toEqual(["stays"]);
  });
});
