import { describe, expect, it } from "vitest";
import {
  type CSINode,
  labels,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "../../api/index.ts";
import type { ClusterEvent } from "../index.ts";
import { boundPod, companyOf, pod, spreadOver } from "../../../test/builders/pods.ts";
import { node, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import type { StorageRules } from "../pods/volumes.ts";
import { provision } from "./provision.ts";

type Terms = readonly Readonly<Record<string, readonly string[]>>[];

const zones = (...values: string[]) => ({ [labels.zone]: values });

function storageClass(
  name: string,
  terms: Terms = [],
  mode: StorageClass["volumeBindingMode"] = "WaitForFirstConsumer",
): ClusterEvent {
  const allowedTopologies = terms.map((term) => ({
    matchLabelExpressions: Object.entries(term).map(([key, values]) => ({ key, values })),
  }));
  const object: StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: mode,
    ...(terms.length === 0 ? {} : { allowedTopologies }),
  };
  return { type: "upsert", kind: "StorageClass", object };
}

function volume(
  name: string,
  terms: Terms,
  source: Partial<PersistentVolume["spec"]> = { csi: { driver: "ebs.csi.aws.com" } },
): ClusterEvent {
  const nodeSelectorTerms = terms.map((term) => ({
    matchExpressions: Object.entries(term).map(([key, values]) => ({ key, operator: "In" as const, values })),
  }));
  const object: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: { nodeAffinity: { required: { nodeSelectorTerms } }, ...source },
  };
  return { type: "upsert", kind: "PersistentVolume", object };
}

function claim(
  name: string,
  spec: PersistentVolumeClaim["spec"],
  metadata: Partial<PersistentVolumeClaim["metadata"]> = {},
): ClusterEvent {
  const annotations = spec.volumeName === undefined ? {} : { "pv.kubernetes.io/bind-completed": "yes" };
  return {
    type: "upsert",
    kind: "PersistentVolumeClaim",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, namespace: "default", annotations, ...metadata },
      spec,
    },
  };
}

const withClaims = (name: string, ...claims: string[]) =>
  pod(name, {
    labels: { app: "db" },
    spec: { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) },
  });

const zonesOf = (plan: ReturnType<typeof provision>) =>
  plan.claims
    .map(({ claim: made }) => made.spec.requirements.find(({ key }) => key === labels.zone)?.values?.join("|") ?? "any")
    .sort();

describe("volumes", () => {
  it("[scheduling N190] of two zones let two pods that avoid each other stand in one each", () => {
    const events = [
      storageClass("fast", [zones("test-zone-1"), zones("test-zone-2")]),
      claim("a", { storageClassName: "fast" }),
      claim("b", { storageClassName: "fast" }),
    ];
    const avoid = {
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.zone, "db")] } },
    };
    const pods = ["a", "b"].map((name) => {
      const plain = withClaims(name, name);
      return { ...plain, spec: { ...plain.spec, ...avoid } };
    });
    expect(zonesOf(provision(snapshot({ pods, events }), testOptions))).toEqual(["test-zone-1", "test-zone-2"]);
  });

  it("[scheduling N191] of a host alone mean anywhere, and of a host that is no disk of its own nothing at all", () => {
    const terms = [{ [labels.hostname]: ["gone"] }, zones("nowhere")];
    const plan = (source: Partial<PersistentVolume["spec"]>) =>
      provision(
        snapshot({
          pods: [withClaims("db", "data")],
          events: [volume("pv", terms, source), claim("data", { volumeName: "pv" })],
        }),
        testOptions,
      ).claims.length;
    expect([
      plan({ local: { path: "/data" } }),
      plan({ hostPath: { path: "/data" } }),
      plan({ csi: { driver: "ebs.csi.aws.com" } }),
    ]).toEqual([1, 1, 0]);
  });

  it("[scheduling N192] that overlap leave what all can reach", () => {
    const events = [
      volume("one", [zones("test-zone-1", "test-zone-2")]),
      volume("two", [zones("test-zone-2"), zones("test-zone-3")]),
      claim("a", { volumeName: "one" }),
      claim("b", { volumeName: "two" }),
    ];
    expect(zonesOf(provision(snapshot({ pods: [withClaims("db", "a", "b")], events }), testOptions))).toEqual([
      "test-zone-2",
    ]);
  });

  it("[scheduling N194] bind the node and win over what the pod only prefers", () => {
    const events = [storageClass("fast", [zones("test-zone-3")]), claim("data", { storageClassName: "fast" })];
    const plain = withClaims("db", "data");
    const prefers = {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              preference: {
                matchExpressions: [{ key: labels.zone, operator: "In" as const, values: ["test-zone-1"] }],
              },
            },
          ],
        },
      },
    };
    expect(
      zonesOf(provision(snapshot({ pods: [{ ...plain, spec: { ...plain.spec, ...prefers } }], events }), testOptions)),
    ).toEqual(["test-zone-3"]);
  });

  it("[scheduling N194] say what clashes with the pod's own zone", () => {
    const events = [storageClass("fast", [zones("test-zone-3")]), claim("data", { storageClassName: "fast" })];
    const plain = withClaims("db", "data");
    const [left] = provision(
      snapshot({
        pods: [{ ...plain, spec: { ...plain.spec, nodeSelector: { [labels.zone]: "test-zone-1" } } }],
        events,
      }),
      testOptions,
    ).unplaced;
    expect(left?.message).toContain(
      "incompatible volume requirements, key topology.kubernetes.io/zone, topology.kubernetes.io/zone In [test-zone-3] not in topology.kubernetes.io/zone In [test-zone-1]",
    );
  });

  it("[scheduling I160] bind the zone of a pod that spreads as well", () => {
    const events = [volume("pv", [zones("test-zone-1")]), claim("data", { volumeName: "pv" })];
    const plain = withClaims("db", "data");
    const spreads = { topologySpreadConstraints: [spreadOver(labels.zone, "db")] };
    expect(
      zonesOf(provision(snapshot({ pods: [{ ...plain, spec: { ...plain.spec, ...spreads } }], events }), testOptions)),
    ).toEqual(["test-zone-1"]);
  });

  it("[scheduling I160] leave the zones open that a pod's spread counts in", () => {
    const events = [volume("pv", [zones("test-zone-1")]), claim("data", { volumeName: "pv" })];
    const nodes = ["test-zone-1", "test-zone-2", "test-zone-3"].map((name) =>
      node(name, { labels: { [labels.zone]: name } }),
    );
    const standing = nodes.map(({ metadata }) =>
      boundPod(`on-${metadata.name}`, metadata.name ?? "", { labels: { app: "db" } }),
    );
    const plain = withClaims("db", "data");
    const spec = { ...plain.spec, topologySpreadConstraints: [{ ...spreadOver(labels.zone, "db"), minDomains: 3 }] };
    const plan = provision(snapshot({ nodes, pods: [...standing, { ...plain, spec }], events }), testOptions);
    expect(plan.nominations.map(({ node: target }) => target)).toEqual(["test-zone-1"]);
  });

  it.each([
    ["is missing", []],
    ["has no class", [claim("data", {})]],
    [
      "waits for a volume that is bound at once",
      [storageClass("now", [], "Immediate"), claim("data", { storageClassName: "now" })],
    ],
    [
      "is being deleted",
      [
        storageClass("fast"),
        claim("data", { storageClassName: "fast" }, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      ],
    ],
  ] as const)("[scheduling N193] keep their pod waiting, and no other, when their claim %s", (_, events) => {
    const plan = provision(snapshot({ pods: [withClaims("db", "data"), pod("plain")], events }), testOptions);
    expect([plan.claims.length, plan.unplaced.map(({ pod: left }) => left.metadata.name)]).toEqual([1, ["db"]]);
  });
});

describe("attach limits of a node", () => {
  const csiNode = (allocatable: { readonly count?: number } | undefined): ClusterEvent => {
    const driver = { name: "ebs.csi.aws.com", ...(allocatable === undefined ? {} : { allocatable }) };
    const object: CSINode = {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name: "own" },
      spec: { drivers: [driver] },
    };
    return { type: "upsert", kind: "CSINode", object };
  };
  const own = node("own", { allocatable: { cpu: "64", memory: "64Gi", pods: "110" } });
  const nominated = (claims: readonly string[][], allocatable: { readonly count?: number } | undefined) => {
    const names = new Set(claims.flat());
    const events = [
      csiNode(allocatable),
      storageClass("fast"),
      ...[...names].map((name) => claim(name, { storageClassName: "fast" })),
    ];
    const pods = claims.map((own, i) => withClaims(`db-${i}`, ...own));
    return provision(snapshot({ nodes: [own], pods, events }), testOptions).nominations.length;
  };

  it("[scheduling N189] hold pods back, and shared claims count once", () => {
    const six = Array.from({ length: 6 }, (_, i) => [`a-${i}`, `b-${i}`]);
    const shared = Array.from({ length: 20 }, () => ["shared"]);
    expect([nominated(six, { count: 10 }), nominated(shared, { count: 1 })]).toEqual([5, 20]);
  });

  it("[scheduling Q218] are zero without a count, and none without an entry", () => {
    expect([nominated([["a"]], {}), nominated([["a"]], undefined)]).toEqual([0, 1]);
  });

  it("[scheduling N195] hold for claims made for a pod alone, by the driver of their class", () => {
    const ephemeral = (name: string) =>
      pod(name, {
        spec: {
          volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "fast" } } } }],
        },
      });
    const pods = ["a", "b", "c"].map(ephemeral);
    const left = (provisioner: string) => {
      const fast = storageClass("fast");
      const object =
        fast.type === "upsert" && fast.kind === "StorageClass" ? { ...fast.object, provisioner } : undefined;
      const events: ClusterEvent[] = [
        csiNode({ count: 2 }),
        ...(object === undefined ? [] : [{ type: "upsert", kind: "StorageClass", object } as const]),
        ...pods.map(({ metadata }) => claim(`${metadata.name}-scratch`, { storageClassName: "fast" })),
      ];
      const plan = provision(snapshot({ nodes: [own], pods, events }), testOptions);
      return [plan.nominations.length, plan.claims.length];
    };
    expect([left("ebs.csi.aws.com"), left("kubernetes.io/aws-ebs"), left("other.csi.example.com")]).toEqual([
      [2, 1],
      [2, 1],
      [3, 0],
    ]);
  });

  it("[scheduling N189] do not count volumes without a driver", () => {
    const events = [
      csiNode({ count: 0 }),
      volume("nfs", [], { nfs: { server: "s", path: "/" } } as Partial<PersistentVolume["spec"]>),
      claim("data", { volumeName: "nfs" }),
    ];
    expect(
      provision(snapshot({ nodes: [own], pods: [withClaims("db", "data")], events }), testOptions).nominations.length,
    ).toBe(1);
  });
});

describe("volumes that the provider cannot serve", () => {
  const events = [storageClass("fast", [zones("test-zone-1")]), claim("data", { storageClassName: "fast" })];
  const left = (rules: Partial<StorageRules>) =>
    provision(snapshot({ pods: [withClaims("db", "data")], events }), {
      ...testOptions,
      storageRules: { unsupportedProvisioners: new Set(), unsupportedTopologyKeys: new Set(), ...rules },
    }).unplaced.map(({ message }) => message);

  it.each([
    [
      "driver",
      { unsupportedProvisioners: new Set(["ebs.csi.aws.com"]) },
      "provisioner is not supported, ebs.csi.aws.com",
    ],
    [
      "topology key",
      { unsupportedTopologyKeys: new Set([labels.zone]) },
      "storage class uses unsupported topology key",
    ],
  ])("[scheduling N196] by %s keep their pod out", (_, rules, text) => {
    expect(left(rules)).toEqual([expect.stringContaining(text)]);
    expect(left({})).toEqual([]);
  });

  it("[scheduling C55] bind the zone whatever else the pod gives up", () => {
    const plain = withClaims("db", "data");
    const nodeAffinity = {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          preference: { matchExpressions: [{ key: labels.zone, operator: "In" as const, values: ["test-zone-2"] }] },
        },
      ],
    };
    const pods = [{ ...plain, spec: { ...plain.spec, affinity: { nodeAffinity } } }];
    expect(zonesOf(provision(snapshot({ pods, events }), testOptions))).toEqual(["test-zone-1"]);
  });
});
