import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { instanceType } from "../../../test/builders/instance-types.ts";
import { boundPod, daemonSet, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import {
  managedNode,
  type ManagedChange,
  type ManagedNode,
  node,
  nodePool,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { verifyPlan } from "../../../test/oracle/verify-plan.ts";
import { provision } from "./provision.ts";

function planOf(parts: SnapshotParts) {
  const taken = snapshot(parts);
  const plan = provision(taken, testOptions);
  expect(verifyPlan(taken, plan)).toEqual([]);
  return plan;
}

/** Where the pods went: names of nodes, then one `new` for each claim. */
const targets = (parts: SnapshotParts): readonly string[] => {
  const plan = planOf(parts);
  return [...plan.nominations.map(({ node: name }) => name), ...plan.claims.map(() => "new")];
};

const web = (spec = {}) =>
  pod("web", {
    requests: { cpu: "1" },
    spec: { containers: [{ name: "app", resources: { requests: { cpu: "1" } } }], ...spec },
  });
const inZone = (zone: string) => ({ nodeSelector: { [labels.zone]: zone } });

describe("nodes that are there or on their way", () => {
  it("[scheduling F91] take the pod before a new one is made", () => {
    expect(targets({ managed: [managedNode("launching", { phase: "launched" })], pods: [web()] })).toEqual([
      "launching",
    ]);
  });

  it.each([
    ["test-zone-1", ["old"]],
    ["test-zone-2", ["new"]],
  ])("[scheduling F92] take it in their own zone only: %s", (zone, expected) => {
    const managed = [managedNode("old", { labels: { [labels.zone]: "test-zone-1" } })];
    expect(targets({ managed, pods: [web(inZone(zone))] })).toEqual(expected);
  });

  it("[scheduling F93] do not take what they cannot hold, or anything when they go", () => {
    const full = {
      managed: [managedNode("old", { allocatable: { cpu: "0.5", memory: "1Gi", pods: "5" } })],
      pods: [web()],
    };
    const leaving = { managed: [managedNode("old", { leaving: true })], pods: [web()] };
    expect([targets(full), targets(leaving)]).toEqual([["new"], ["new"]]);
  });

  const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoExecute" } as const;
  const custom = { key: "team", effect: "NoSchedule" } as const;
  it.each([
    ["F96", "a node that is not ready yet", { phase: "registered", taints: [notReady] }, ["old"]],
    ["F96", "a node that stopped being ready", { taints: [notReady] }, ["new"]],
    ["F97", "a node with a taint of its own", { taints: [custom] }, ["new"]],
    [
      "F97",
      "a starting node with its startup taint",
      { phase: "registered", taints: [custom], startupTaints: [custom] },
      ["old"],
    ],
    ["F97", "a started node with its startup taint back", { taints: [custom], startupTaints: [custom] }, ["new"]],
    [
      "F98",
      "a starting node with the taints that every node starts with",
      {
        phase: "registered",
        taints: [
          { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
          { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
          { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
        ],
      },
      ["old"],
    ],
  ] as const)("[scheduling %s] judge %s", (_, __, change, expected) => {
    expect(targets({ managed: [managedNode("old", change as ManagedChange)], pods: [web()] })).toEqual(expected);
  });

  it("[scheduling F99] are used first where they are initialised", () => {
    const managed = Array.from({ length: 100 }, (_, i) =>
      managedNode(`node-${i}`, { phase: i === 57 ? "initialized" : i % 2 === 0 ? "registered" : "launched" }),
    );
    expect(targets({ managed, pods: [web()] })).toEqual(["node-57"]);
  });

  it("[scheduling F100] need not be managed", () => {
    const nodes = [node("own", { allocatable: { cpu: "10", memory: "10Gi", pods: "110" } })];
    expect(new Set(targets({ nodes, pods: podsOf(100, "web", { requests: { cpu: "10m" } }) }))).toEqual(
      new Set(["own"]),
    );
  });

  it("[scheduling F101] do not take a pod for a label that they lack", () => {
    const pods = [web(inZone("test-zone-1"))];
    expect([targets({ nodes: [node("own")], pods, pools: [] }), targets({ nodes: [node("own")], pods })]).toEqual([
      [],
      ["new"],
    ]);
  });

  it("[scheduling D74] take pods though no pool can make a node", () => {
    const pools = [nodePool("default", { requirements: [{ key: labels.arch, operator: "In", values: ["riscv"] }] })];
    const plan = planOf({ pools, nodes: [node("own")], pods: [web(), pod("large", { requests: { cpu: "10" } })] });
    expect([plan.nominations.length, plan.unplaced.map(({ message }) => message)]).toEqual([
      1,
      ["Failed to schedule pod, nodepool requirements filtered out all available instance types"],
    ]);
  });

  it("keep room for what runs on them already", () => {
    const running = boundPod("running", "own", { requests: { cpu: "3500m" } });
    expect(targets({ nodes: [node("own")], pods: [running, web()] })).toEqual(["new"]);
  });

  it("accept nothing when they are over-committed, not even an empty pod", () => {
    const running = boundPod("running", "own", { requests: { cpu: "5" } });
    expect(targets({ nodes: [node("own")], pods: [running, pod("empty")] })).toEqual(["new"]);
  });
});

describe("host ports", () => {
  const withPort = (name: string, port: object) =>
    pod(name, { spec: { containers: [{ name: "app", ports: [{ containerPort: 80, ...port }] }] } });

  it.each([
    ["the same port", [{ hostPort: 80 }, { hostPort: 80 }, { hostPort: 80 }], 3],
    ["different ports", [{ hostPort: 80 }, { hostPort: 81 }, { hostPort: 82 }], 1],
    ["different protocols", [{ hostPort: 80 }, { hostPort: 80, protocol: "UDP" }], 1],
    [
      "different addresses",
      [
        { hostPort: 80, hostIP: "1.2.3.4" },
        { hostPort: 80, hostIP: "4.3.2.1" },
      ],
      1,
    ],
    ["any address and one", [{ hostPort: 80 }, { hostPort: 80, hostIP: "4.3.2.1" }], 2],
  ])("[scheduling F103] %s need their nodes", (_, ports, nodes) => {
    const plan = provision(snapshot({ pods: ports.map((port, i) => withPort(`web-${i}`, port)) }), testOptions);
    expect(plan.claims.length).toBe(nodes);
  });

  it("are taken by running pods", () => {
    const running = { ...withPort("running", { hostPort: 80 }), status: { phase: "Running" as const } };
    const bound = { ...running, spec: { ...running.spec, nodeName: "own" } };
    expect(targets({ nodes: [node("own")], pods: [bound, withPort("web", { hostPort: 80 })] })).toEqual(["new"]);
  });
});

describe("daemons of existing nodes", () => {
  const agent = { type: "upsert", kind: "DaemonSet", object: daemonSet("agent", { cpu: "1" }) } as const;
  const large = { cpu: "15.9", memory: "16Gi", pods: "10" };
  const daemonPod = (cpu: string) =>
    boundPod("agent-1", "own", {
      namespace: "kube-system",
      requests: { cpu },
      metadata: {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "uid-agent", controller: true },
        ],
      },
    });
  const big = (cpu: string) => pod("big", { requests: { cpu } });

  it.each([
    ["14.9", ["own"]],
    ["15", []],
  ])("[scheduling G117] leave 14.9 of 15.9 cpus: a pod of %s", (cpu, expected) => {
    const parts = {
      types: [instanceType("tiny", { cpu: "1" })],
      nodes: [node("own", { allocatable: large })],
      events: [agent],
    };
    expect([targets({ ...parts, pods: [big(cpu)] }), targets({ ...parts, pods: [big(cpu), daemonPod("1")] })]).toEqual([
      expected,
      expected,
    ]);
  });

  it("[scheduling G118] that nobody expected never make room", () => {
    const parts = { types: [instanceType("tiny", { cpu: "1" })], nodes: [node("own", { allocatable: large })] };
    expect(targets({ ...parts, pods: [big("15.5"), daemonPod("1")] })).toEqual([]);
  });

  it("[scheduling G120] that ask for a label which the node lacks cost nothing there", () => {
    const zonal = {
      type: "upsert",
      kind: "DaemonSet",
      object: daemonSet("agent", { cpu: "1" }, inZone("test-zone-1")),
    } as const;
    const onNode = targets({ nodes: [node("own", { allocatable: large })], events: [zonal], pods: [big("15.5")] });
    const onPool = planOf({
      types: [instanceType("one", { cpu: "4" })],
      pools: [nodePool("default", { requirements: [{ key: labels.zone, operator: "In", values: ["test-zone-1"] }] })],
      events: [zonal],
      pods: [web()],
    });
    expect([onNode, onPool.claims[0]?.claim.spec.resources?.requests?.["cpu"]]).toEqual([["own"], "2"]);
  });

  it("[scheduling G113] count as they run, not as their template says", () => {
    const plan = planOf({
      types: [instanceType("four")],
      nodes: [node("own", { taints: [{ key: "full", effect: "NoSchedule" }] })],
      events: [agent],
      pods: [daemonPod("2"), web()],
    });
    expect(plan.claims[0]?.claim.spec.resources?.requests?.["cpu"]).toBe("3");
  });
});

describe("a Node that is there before it is registered", () => {
  const late = (): ManagedNode => {
    const { claim, node: seen } = managedNode("a-node", { phase: "registered" });
    if (seen === undefined) throw new Error("a registered node has a Node");
    const { [labels.registered]: _, [labels.hostname]: __, ...own } = seen.metadata.labels ?? {};
    return {
      claim: { ...claim, metadata: { ...claim.metadata, name: "z-claim" } },
      node: { ...seen, metadata: { ...seen.metadata, labels: own } },
    };
  };

  it("[scheduling Q221] goes by its claim's name, in the order of nodes and as a host", () => {
    const other = managedNode("b-node", { phase: "registered" });
    const spreading = { topologySpreadConstraints: [spreadOver(labels.hostname, "web")] };
    const pods = ["one", "two"].map((name) => pod(name, { labels: { app: "web" }, spec: spreading }));
    const plan = provision(snapshot({ managed: [late(), other], pods }), testOptions);
    expect(plan.nominations.map(({ node: target }) => target)).toEqual(["b-node", "z-claim"]);
  });
});
