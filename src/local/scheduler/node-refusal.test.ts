import { describe, expect, it } from "vitest";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../api/index.ts";
import { countedReasons, unschedulableMessage } from "./failure-message.ts";
import { nodeOf, noVolumes, pictureOf, podOn, refusalsOf } from "./scheduler-fixture.ts";
import type { NodeChange, PodChange } from "./scheduler-fixture.ts";
import { nodesToFind } from "./select-node.ts";
import type { VolumeLookup } from "./volume-rules.ts";

const zone = "topology.kubernetes.io/zone";
const zoned = (name: string, value: string) => nodeOf(name, { labels: { [zone]: value } });

describe("rules of one node", () => {
  const taint = { key: "gpu", value: "yes", effect: "NoSchedule" } as const;
  const named = (name: string) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In" as const, values: [name] }] }],
      },
    },
  });
  const generation = (operator: "Gt" | "Lt", value: string) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "generation", operator, values: [value] }] }],
      },
    },
  });
  const rows: readonly (readonly [string, PodChange, NodeChange, readonly string[]])[] = [
    ["an empty node takes a small pod", { requests: { cpu: "1" } }, {}, []],
    ["exactly full fits", { requests: { cpu: "4", memory: "16Gi" } }, {}, []],
    ["a milli too much", { requests: { cpu: "4001m" } }, {}, ["Insufficient cpu"]],
    ["several resources", { requests: { cpu: "5", memory: "17Gi" } }, {}, ["Insufficient cpu", "Insufficient memory"]],
    ["a resource the node lacks", { requests: { "nvidia.com/gpu": "1" } }, {}, ["Insufficient nvidia.com/gpu"]],
    ["a request for nothing of it", { requests: { "nvidia.com/gpu": "0" } }, {}, []],
    ["no room for one more pod", {}, { allocatable: { pods: "0" } }, ["Too many pods"]],
    ["a cordoned node", {}, { unschedulable: true }, ["node(s) were unschedulable"]],
    ["a cordoned node, tolerated", { tolerations: [{ operator: "Exists" }] }, { unschedulable: true }, []],
    ["a taint", {}, { taints: [taint] }, ["node(s) had untolerated taint(s)"]],
    ["a taint, tolerated", { tolerations: [{ key: "gpu", value: "yes" }] }, { taints: [taint] }, []],
    ["a taint that only prefers", {}, { taints: [{ ...taint, effect: "PreferNoSchedule" }] }, []],
    ["NoExecute blocks too", {}, { taints: [{ ...taint, effect: "NoExecute" }] }, ["node(s) had untolerated taint(s)"]],
    [
      "a selector that does not match",
      { nodeSelector: { disk: "ssd" } },
      {},
      ["node(s) didn't match Pod's node affinity/selector"],
    ],
    ["a selector that matches", { nodeSelector: { disk: "ssd" } }, { labels: { disk: "ssd" } }, []],
    ["the node's own name", { affinity: named("n1") }, {}, []],
    ["another node's name", { affinity: named("n2") }, {}, ["node(s) didn't match Pod's node affinity/selector"]],
    ["above a number", { affinity: generation("Gt", "3") }, { labels: { generation: "5" } }, []],
    [
      "not above a number",
      { affinity: generation("Gt", "5") },
      { labels: { generation: "5" } },
      ["node(s) didn't match Pod's node affinity/selector"],
    ],
    [
      "a number that is none",
      { affinity: generation("Lt", "5") },
      { labels: { generation: "m5" } },
      ["node(s) didn't match Pod's node affinity/selector"],
    ],
  ];
  it.each(rows)("%s", (_name, pod, node, reasons) => {
    expect(refusalsOf(podOn("p", pod), pictureOf([nodeOf("n1", node)]))).toEqual({ n1: reasons });
  });

  it("counts what stands on the node, init containers and overhead included", () => {
    const initContainers = [{ name: "init", resources: { requests: { cpu: "3" } } }];
    const placed = podOn("first", {
      nodeName: "n1",
      requests: { cpu: "1" },
      initContainers,
      overhead: { cpu: "500m" },
    });
    const picture = pictureOf([nodeOf("n1")], [placed]);
    expect(refusalsOf(podOn("p", { requests: { cpu: "500m" } }), picture)).toEqual({ n1: [] });
    expect(refusalsOf(podOn("p", { requests: { cpu: "501m" } }), picture)).toEqual({ n1: ["Insufficient cpu"] });
  });

  it("gives room back when a pod ends or goes", () => {
    const placed = podOn("first", { nodeName: "n1", requests: { cpu: "4" } });
    const picture = pictureOf([nodeOf("n1")], [placed]);
    picture.setPod({ ...placed, status: { phase: "Succeeded" } });
    expect(refusalsOf(podOn("p", { requests: { cpu: "4" } }), picture)).toEqual({ n1: [] });
  });

  it("keeps host ports apart", () => {
    const picture = pictureOf([nodeOf("n1"), nodeOf("n2")], [podOn("first", { nodeName: "n1", hostPort: 9100 })]);
    expect(refusalsOf(podOn("p", { hostPort: 9100 }), picture)).toEqual({
      n1: ["node(s) didn't have free ports for the requested pod ports"],
      n2: [],
    });
  });
});

describe("topology spread", () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: zone,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "a" } },
  } as const;
  const nodes = [zoned("n1", "a"), zoned("n2", "b"), nodeOf("n3")];
  const placed = [podOn("p1", { nodeName: "n1", labels: { app: "a" } })];
  const spread = "node(s) didn't match pod topology spread constraints";

  it("refuses the domain that is ahead and nodes without the label", () => {
    const pod = podOn("p", { labels: { app: "a" }, topologySpreadConstraints: [constraint] });
    expect(refusalsOf(pod, pictureOf(nodes, placed))).toEqual({
      n1: [spread],
      n2: [],
      n3: [`${spread} (missing required label)`],
    });
  });

  it("treats the minimum as 0 while there are fewer domains than asked for", () => {
    const pod = podOn("p", { labels: { app: "a" }, topologySpreadConstraints: [{ ...constraint, minDomains: 3 }] });
    const both = [...placed, podOn("p2", { nodeName: "n2", labels: { app: "a" } })];
    expect(refusalsOf(pod, pictureOf(nodes, both))).toMatchObject({ n1: [spread], n2: [spread] });
  });

  it("does not count domains that the pod's own selector leaves out", () => {
    const pod = podOn("p", {
      labels: { app: "a" },
      nodeSelector: { [zone]: "a" },
      topologySpreadConstraints: [constraint],
    });
    expect(refusalsOf(pod, pictureOf(nodes, placed))).toMatchObject({ n1: [] });
  });

  it("counts pods of the same revision only, by matchLabelKeys", () => {
    const keyed = { ...constraint, matchLabelKeys: ["rev"] };
    const pod = podOn("p", { labels: { app: "a", rev: "2" }, topologySpreadConstraints: [keyed] });
    expect(refusalsOf(pod, pictureOf(nodes, placed))).toMatchObject({ n1: [], n2: [] });
  });

  it("ignores pods that are going", () => {
    const going = placed.map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: "2026-11-01T10:00:00Z" },
    }));
    const pod = podOn("p", { labels: { app: "a" }, topologySpreadConstraints: [constraint] });
    expect(refusalsOf(pod, pictureOf(nodes, going))).toMatchObject({ n1: [], n2: [] });
  });
});

describe("affinity between pods", () => {
  const term = (app: string, topologyKey = zone) => ({ topologyKey, labelSelector: { matchLabels: { app } } });
  const near = (app: string) => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } });
  const away = (app: string) => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } });
  const nodes = [zoned("n1", "a"), zoned("n2", "a"), zoned("n3", "b")];
  const db = podOn("db", { nodeName: "n1", labels: { app: "db" } });

  it("keeps to the zones of those it wants to be near", () => {
    const refused = "node(s) didn't match pod affinity rules";
    expect(refusalsOf(podOn("p", { affinity: near("db") }), pictureOf(nodes, [db]))).toEqual({
      n1: [],
      n2: [],
      n3: [refused],
    });
  });

  it("lets the first of a group that wants its own kind go anywhere, but nobody else", () => {
    const first = podOn("p", { labels: { app: "db" }, affinity: near("db") });
    expect(refusalsOf(first, pictureOf(nodes))).toEqual({ n1: [], n2: [], n3: [] });
    const other = podOn("p", { labels: { app: "web" }, affinity: near("db") });
    expect(Object.values(refusalsOf(other, pictureOf(nodes))).flat()).toHaveLength(3);
  });

  it("keeps away from the zones of those it avoids", () => {
    const refused = "node(s) didn't match pod anti-affinity rules";
    expect(refusalsOf(podOn("p", { affinity: away("db") }), pictureOf(nodes, [db]))).toEqual({
      n1: [refused],
      n2: [refused],
      n3: [],
    });
  });

  it("is kept away by those that avoid it, until they are gone", () => {
    const hermit = podOn("hermit", { nodeName: "n1", labels: { app: "hermit" }, affinity: away("web") });
    const picture = pictureOf(nodes, [hermit]);
    const web = podOn("p", { labels: { app: "web" } });
    const refused = "node(s) didn't satisfy existing pods anti-affinity rules";
    expect(refusalsOf(web, picture)).toEqual({ n1: [refused], n2: [refused], n3: [] });
    picture.removePod("default/hermit");
    expect(refusalsOf(web, picture)).toEqual({ n1: [], n2: [], n3: [] });
  });

  it("looks into other namespaces only when the term says so", () => {
    const elsewhere = podOn("db", { namespace: "data", nodeName: "n1", labels: { app: "db" } });
    const avoid = (more: object) => ({
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term("db"), ...more }] },
    });
    const free = (more: object) =>
      refusalsOf(podOn("p", { affinity: avoid(more) }), pictureOf(nodes, [elsewhere]))["n1"]?.length === 0;
    expect([
      free({}),
      free({ namespaces: ["data"] }),
      free({ namespaceSelector: { matchLabels: { name: "data" } } }),
      free({ namespaceSelector: {} }),
    ]).toEqual([true, false, false, false]);
  });
});

describe("volumes", () => {
  const claim = (spec: PersistentVolumeClaim["spec"], isBound = true): PersistentVolumeClaim => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec,
    status: { phase: isBound ? "Bound" : "Pending" },
  });
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v" },
    spec: {
      csi: { driver: "ebs.csi.aws.com" },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: "In", values: ["a"] }] }] },
      },
    },
  };
  const csiNode: CSINode = {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name: "n1" },
    spec: { drivers: [{ name: "ebs.csi.aws.com", allocatable: { count: 1 } }] },
  };
  const classOf = (volumeBindingMode: "Immediate" | "WaitForFirstConsumer"): StorageClass => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "gp3" },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode,
    allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ["b"] }] }],
  });
  const using = (name: string): PodChange => ({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: name } }] });
  const nodes = [zoned("n1", "a"), zoned("n2", "b")];
  const refused = (lookup: Partial<VolumeLookup>, placed: Parameters<typeof pictureOf>[1] = []) =>
    refusalsOf(podOn("p", using("data")), pictureOf(nodes, placed), { ...noVolumes, ...lookup });

  it("refuses everywhere without the claim, or with one that nobody binds", () => {
    expect(refused({})["n1"]).toEqual(['persistentvolumeclaim "data" not found']);
    const pending = claim({ storageClassName: "gp3" }, false);
    const lookup = { claim: () => pending, storageClass: () => classOf("Immediate") };
    expect(refused(lookup)["n2"]).toEqual(["pod has unbound immediate PersistentVolumeClaims"]);
  });

  it("goes where a bound volume is", () => {
    const lookup = { claim: () => claim({ volumeName: "v" }), volume: () => volume };
    expect(refused(lookup)).toEqual({ n1: [], n2: ["node(s) had volume node affinity conflict"] });
  });

  it("goes where the class may make one", () => {
    const lookup = {
      claim: () => claim({ storageClassName: "gp3" }, false),
      storageClass: () => classOf("WaitForFirstConsumer"),
    };
    expect(refused(lookup)).toEqual({ n1: ["node(s) didn't find available persistent volumes to bind"], n2: [] });
  });

  it("counts attached volumes against the node's limit, a shared claim once", () => {
    const lookup = {
      claim: (key: string) => ({ ...claim({ volumeName: key }), metadata: { name: key, namespace: "default" } }),
      volume: () => ({ ...volume, spec: { csi: { driver: "ebs.csi.aws.com" } } }),
      csiNode: (name: string) => (name === "n1" ? csiNode : undefined),
    };
    const other = podOn("other", { nodeName: "n1", ...using("other") });
    const same = podOn("same", { nodeName: "n1", ...using("data") });
    expect(refused(lookup, [other])).toEqual({ n1: ["node(s) exceed max volume count"], n2: [] });
    expect(refused(lookup, [same])).toEqual({ n1: [], n2: [] });
  });
});

describe("the message", () => {
  it("counts reasons and orders them as text", () => {
    const refusals = new Map([
      ["n1", { reasons: ["Insufficient cpu", "Insufficient memory"], isFinal: true }],
      ["n2", { reasons: ["Insufficient cpu"], isFinal: true }],
      ["n3", { reasons: ["node(s) had untolerated taint(s)"], isFinal: true }],
    ]);
    expect(unschedulableMessage(3, refusals, undefined)).toBe(
      "0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s), 2 Insufficient cpu.",
    );
    expect(unschedulableMessage(0, new Map(), undefined)).toBe("no nodes available to schedule pods");
    expect(countedReasons([])).toBe("");
  });
});

it.each([
  [50, 50],
  [100, 100],
  [1000, 420],
  [10_000, 500],
])("of %i nodes looks for %i", (nodes, expected) => {
  expect(nodesToFind(nodes)).toBe(expected);
});
