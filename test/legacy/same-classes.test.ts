/**
 * Whole manifests, template and settings map included: what the engine plans, and what a machine is launched with, are the
 * same before and after conversion, or the converter has told the difference (issue "Shown by").
 */
import { describe, expect, test } from "vitest";
import type {
  AWSNodeTemplate,
  ConfigMap,
  EC2NodeClass,
  EC2NodeClassSpec,
  KubeObject,
  NodeTemplateSpec,
  Pod,
  ProvisionerSpec,
} from "../../src/api/index.ts";
import {
  applyClusterEvents,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type PoolView,
  provision,
} from "../../src/core/index.ts";
import { createOfflineTypes } from "../../src/cli/offline/offline-types.ts";
import {
  classSourceOf,
  classViewOfProvisioner,
  convertObjects,
  type GlobalSettings,
  isGlobalSettings,
  readSettings,
} from "../../src/legacy/index.ts";
import { listPrices, loadCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import { poolsOf } from "../../src/studies/index.ts";
import { podsOf } from "../builders/pods.ts";
import { provisioner, template } from "./era-cluster.ts";

const names = ["m5.large", "m5.2xlarge", "c5.xlarge", "r5.large", "m6g.large", "t3.medium", "g4dn.xlarge"];
const everything = loadCatalogue();
const catalogue = { ...everything, machines: everything.machines.filter(({ name }) => names.includes(name)) };
const offline = createOfflineTypes(catalogue, "us-east-1", listPrices(catalogue.onDemand.prices));

const load: readonly Pod[] = [
  ...podsOf(9, "plain", { requests: { cpu: "500m", memory: "512Mi" } }),
  ...podsOf(12, "many", { requests: { cpu: "50m", memory: "64Mi" } }),
  ...podsOf(2, "disk", { requests: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "30Gi" } }),
];

const requires = (key: string, operator: "In" | "NotIn" | "Gt", ...values: readonly string[]) => ({
  key,
  operator,
  values,
});

/** All fields of a Provisioner, in eight mixtures. */
const provisioners: Readonly<Record<string, ProvisionerSpec>> = {
  bare: {},
  "dense, with reserves": {
    kubeletConfiguration: {
      maxPods: 8,
      systemReserved: { cpu: "100m", memory: "200Mi" },
      kubeReserved: { cpu: "200m", "ephemeral-storage": "2Gi" },
      evictionHard: { "memory.available": "5%" },
      evictionSoft: { "memory.available": "8%" },
      evictionSoftGracePeriod: { "memory.available": "1m" },
    },
    requirements: [requires("karpenter.sh/capacity-type", "In", "spot", "on-demand")],
  },
  "pods for each core": { kubeletConfiguration: { podsPerCore: 2, clusterDNS: ["10.0.0.10"], cpuCFSQuota: false } },
  "dockerd and equal thresholds": {
    kubeletConfiguration: {
      containerRuntime: "dockerd",
      imageGCHighThresholdPercent: 80,
      imageGCLowThresholdPercent: 80,
      evictionMaxPodGracePeriod: 60,
    },
  },
  "labelled, limited and weighted": {
    labels: { team: "a" },
    annotations: { "karpenter.sh/do-not-consolidate": "true" },
    limits: { resources: { cpu: 6, memory: "40Gi" } },
    weight: 7,
    ttlSecondsAfterEmpty: 30,
  },
  "tainted at the start": {
    startupTaints: [{ key: "agent", effect: "NoExecute" }],
    ttlSecondsUntilExpired: 86_400,
    consolidation: { enabled: true },
  },
  "arm as well": { requirements: [requires("kubernetes.io/arch", "In", "amd64", "arm64")] },
  "an exclusion": { requirements: [requires("node.kubernetes.io/instance-type", "NotIn", "m5.large", "m6g.16xlarge")] },
};

/** All fields of a template, in eight mixtures. */
const templates: Readonly<Record<string, NodeTemplateSpec>> = {
  plain: {},
  "AL2 with user data and tags": { amiFamily: "AL2", userData: "#!/bin/sh\necho a", tags: { team: "a" } },
  "volumes of its own": {
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volumeSize: "4Gi", volumeType: "gp3", encrypted: true } },
      { deviceName: "/dev/xvdb", ebs: { volumeSize: "100G", iops: 3000, throughput: 125, deleteOnTermination: true } },
    ],
  },
  "half of the metadata options": {
    metadataOptions: { httpTokens: "required" },
    detailedMonitoring: true,
    context: "c",
  },
  "lists of ids and tags": {
    subnetSelector: { "aws-ids": "subnet-1, subnet-2" },
    securityGroupSelector: { Name: "a,b", team: "*" },
  },
  "images of its own": {
    amiFamily: "Custom",
    amiSelector: { "aws::name": "mine-*", "aws::owners": "self,123456789012" },
  },
  Ubuntu: { amiFamily: "Ubuntu" },
  "a launch template": {},
};

const settings: readonly (Readonly<Record<string, string>> | undefined)[] = [
  undefined,
  { "aws.enableENILimitedPodDensity": "false", "aws.tags": '{"bill":"x"}', "featureGates.driftEnabled": "true" },
  { "aws.defaultInstanceProfile": "global", "aws.interruptionQueue": "q" },
];

interface Given {
  readonly objects: readonly KubeObject[];
  readonly settings: GlobalSettings;
}

function given(pool: ProvisionerSpec, spec: NodeTemplateSpec, data: (typeof settings)[number]): Given {
  const whole: AWSNodeTemplate = template(spec);
  const { instanceProfile: _, ...profileless } = whole.spec ?? {};
  const unmanaged = { launchTemplate: "mine", subnetSelector: { team: "a" } };
  const stored = spec === templates["a launch template"] ? unmanaged : data === settings[2] ? profileless : whole.spec;
  const map: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "karpenter-global-settings", namespace: "karpenter" },
    data: { "aws.clusterName": "demo", ...data },
  };
  const objects = [provisioner("default", pool), { ...whole, spec: stored ?? {} }, map];
  const read = readSettings(objects.find(isGlobalSettings));
  return { objects, settings: read };
}

const cases = Object.entries(provisioners).flatMap(([a, pool]) =>
  Object.entries(templates).map(
    ([b, spec], index) => [`${a}; ${b}`, given(pool, spec, settings[(index + a.length) % settings.length])] as const,
  ),
);

interface Served {
  readonly view: PoolView;
  readonly nodeClass: EC2NodeClass | undefined;
}

/** As it is served live: with the settings of its map. */
function unconverted({ objects, settings: read }: Given): Served {
  const [pool] = poolsOf(objects);
  const [written, stored] = objects as readonly [Parameters<typeof classSourceOf>[0], AWSNodeTemplate];
  const source = classSourceOf(written, { template: () => stored, nodeClass: () => undefined });
  if (pool === undefined || source === undefined) throw new Error("a Provisioner and its template are in every case");
  return { view: pool.view, nodeClass: classViewOfProvisioner(written, source, read) };
}

function planOf({ view, nodeClass }: Served) {
  const types = nodeClass === undefined ? undefined : offline.of(nodeClass);
  const state = applyClusterEvents(emptyClusterState(), [
    { type: "pool", view },
    { type: "instance-types", pool: view.key, types: types?.ok === true ? types.value : [] },
    ...load.map((object) => ({ type: "upsert" as const, kind: "Pod" as const, object })),
  ]);
  const plan = provision(freezeSnapshot(state, epochMillisOf(0)));
  const machines = plan.claims.map(({ pods, instanceTypes, cheapest, claim }) => ({
    pods: pods.map(({ metadata }) => metadata.name),
    instanceTypes,
    cheapest,
    taints: claim.spec.taints,
    startupTaints: claim.spec.startupTaints,
  }));
  return { machines, left: plan.unplaced.map(({ pod }) => pod.metadata.name), price: plan.pricePerHour };
}

/** What machines are launched with. An alias tells the family; names and owners are the controller's own tags. */
function launchOf({ spec }: EC2NodeClass): Readonly<Record<string, unknown>> {
  const { tags = {}, amiFamily, amiSelectorTerms, ...rest }: EC2NodeClassSpec = spec;
  const own = ["Name", "karpenter.sh/provisioner-name", "karpenter.sh/managed-by"];
  const aliased = (amiSelectorTerms ?? []).some(({ alias }) => alias !== undefined);
  return {
    ...rest,
    amiSelectorTerms,
    ...(aliased ? {} : { amiFamily }),
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !own.includes(key))),
  };
}

/** Fields of a class that a loss at this place accounts for. */
const accountsFor: Readonly<Record<string, readonly string[]>> = {
  "spec.launchTemplate": ["everything"],
  "spec.kubeletConfiguration": ["kubelet"],
  "spec.kubeletConfiguration.imageGCLowThresholdPercent": ["kubelet"],
  "spec.instanceProfile": ["role", "instanceProfile"],
};

function differences(before: EC2NodeClass, after: EC2NodeClass): readonly string[] {
  const [a, b] = [launchOf(before), launchOf(after)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => JSON.stringify(sorted(a[field])) !== JSON.stringify(sorted(b[field])))
    .toSorted();
}

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1)))
    : value;

describe("a manifest of the era and what it is converted to", () => {
  test.each(cases)("%s", (_, manifest) => {
    const conversions = convertObjects(manifest.objects);
    const written = conversions.flatMap(({ objects }) => objects.map(({ object }) => object));
    const told = new Set(
      conversions.flatMap(({ losses }) => losses.flatMap(({ path }) => accountsFor[path.join(".")] ?? [])),
    );
    const before = unconverted(manifest);
    const nodeClass = written.find(({ kind }) => kind === "EC2NodeClass") as EC2NodeClass | undefined;
    const [after] = poolsOf(written);
    if (after === undefined) throw new Error("every Provisioner here is converted");
    if (nodeClass === undefined) {
      expect([...told]).toContain("everything");
      return;
    }
    expect(planOf({ view: after.view, nodeClass })).toEqual(planOf(before));
    expect(differences(before.nodeClass as EC2NodeClass, nodeClass).filter((field) => !told.has(field))).toEqual([]);
  });

  test("there are more than 60, and the load is worth it", () => {
    expect(cases.length).toBeGreaterThan(60);
    const plans = cases.map(([, manifest]) => planOf(unconverted(manifest)));
    expect(new Set(plans.map(({ price }) => price)).size).toBeGreaterThan(5);
    expect(plans.filter(({ machines }) => machines.length > 0).length).toBeGreaterThan(55);
  });
});
