import { describe, expect, it, onTestFinished } from "vitest";
import {
  capacityBufferType,
  defaultFeatureGates,
  type Deployment,
  deploymentType,
  ec2NodeClassType,
  kwokNodeClassType,
  nodeClaimType,
  nodeOverlayType,
  nodePoolType,
  type Pod,
  podDisruptionBudgetType,
  podTemplateType,
  podType,
} from "../../src/api/index.ts";
import { defaultOptions } from "../../src/operator/index.ts";
import { neededRights } from "../../src/operator/needed-rights.ts";
import {
  deployment,
  type EmbeddedCluster,
  embeddedCluster,
  type EmbeddedOptions,
} from "../controllers/embedded-cluster.ts";
import { eraCluster, provisioner, template as eraTemplate, typesOnly } from "../legacy/era-cluster.ts";
import { render, type Rendered } from "./chart.ts";
import { createRights, type Right, type Rights, rightsOf, rightText } from "./rbac.ts";

const namespace = "kube-system";
const account = { name: "karpenter", namespace };

/** What the operator of these tests is told, in the words of the chart: rights follow settings. */
const schedulerConfig = JSON.stringify({
  podTopologySpread: {
    defaultConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
    ],
  },
});
const gates = {
  ...defaultFeatureGates,
  NodeOverlay: true,
  CapacityBuffer: true,
  StaticCapacity: true,
  NodeRepair: true,
};
const rendered = (): Promise<readonly Rendered[]> =>
  render({
    namespace,
    values: {
      settings: { clusterName: "test", schedulerConfig, ignoreDRARequests: false },
      legacy: { enabled: true },
    },
  });

const small = { cpu: "100m", memory: "64Mi" };

function surging(name: string): Deployment {
  const made = deployment(name, 1, small);
  const metadata = { ...made.spec.template.metadata, annotations: { "karpenter-ts.dev/surge": "true" } };
  return { ...made, spec: { ...made.spec, template: { ...made.spec.template, metadata } } };
}

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await cluster.list(podType)).filter(({ status }: Pod) => status?.phase === "Running").length === count;

/** A day in the life of a cluster that uses everything: launches, buffers, overlays, drains that succeed and drains that do not. */
async function liveThrough(rights: Rights): Promise<void> {
  const setup: EmbeddedOptions = {
    families: ["m5"],
    client: (kube) => rights.client(kube),
    options: { featureGates: gates, schedulerConfig, ignoreDraRequests: false },
  };
  const cluster = await embeddedCluster(setup);
  onTestFinished(() => cluster.stop());
  const patience = { spec: { template: { spec: { terminationGracePeriod: "120s" } } } };
  await cluster.kube.patch(nodePoolType, { name: "default" }, { type: "merge", body: patience });
  await cluster.kube.create(nodeOverlayType, {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name: "sale" },
    spec: { requirements: [], priceAdjustment: "-10%" },
  });
  await cluster.kube.create(podTemplateType, {
    apiVersion: "v1",
    kind: "PodTemplate",
    metadata: { name: "spare", namespace: "default" },
    template: { spec: { containers: [{ name: "app", image: "app:1", resources: { requests: small } }] } },
  });
  const buffers = {
    templated: { podTemplateRef: { name: "spare" }, replicas: 1 },
    scaled: { scalableRef: { apiGroup: "apps", kind: "Deployment", name: "held" }, replicas: 1 },
  };
  // Of two controllers, and large enough for the scheduler to be told where they go.
  await cluster.kube.create(deploymentType, deployment("held", 2, { cpu: "750m", memory: "512Mi" }));
  await cluster.kube.create(deploymentType, surging("surging"));
  expect(await cluster.until(isRunning(cluster, 3), 60)).toBe(true);
  // Held by a budget until the claim's patience ends; then deleted. Later claims have none, and evict.
  await cluster.kube.create(podDisruptionBudgetType, {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "held", namespace: "default" },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: "held" } } },
  });
  for (const { metadata } of await cluster.list(nodeClaimType)) {
    await cluster.kube.delete(nodeClaimType, { name: metadata.name ?? "" });
  }
  await cluster.clock.advance(300_000);
  await cluster.kube.delete(podDisruptionBudgetType, { name: "held", namespace: "default" });
  for (const name of ["held", "surging"]) {
    await cluster.kube.patch(
      deploymentType,
      { namespace: "default", name },
      { type: "merge", body: { spec: { replicas: 0 } } },
    );
  }
  const isEmpty = async (): Promise<boolean> => (await cluster.list(nodeClaimType)).length === 0;
  expect(await cluster.until(isEmpty, 600)).toBe(true);
  await cluster.kube.patch(
    deploymentType,
    { namespace: "default", name: "held" },
    { type: "merge", body: { spec: { replicas: 1 } } },
  );
  for (const [name, spec] of Object.entries(buffers)) {
    await cluster.kube.create(capacityBufferType, {
      apiVersion: "autoscaling.x-k8s.io/v1beta1",
      kind: "CapacityBuffer",
      metadata: { name, namespace: "default" },
      spec,
    });
  }
  const areKept = async (): Promise<boolean> =>
    (await cluster.list(capacityBufferType)).every(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === "Provisioning" && is === "True"),
    );
  expect(await cluster.until(areKept, 180)).toBe(true);
}

async function liveThroughEra(rights: Rights): Promise<void> {
  const cluster = await eraCluster({ client: (kube) => rights.client(kube) });
  onTestFinished(() => cluster.stop());
  await cluster.apply(eraTemplate(), provisioner("general", { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 30 }));
  await cluster.run("web", 1);
  expect(await cluster.until(async () => (await cluster.running()).length === 1, 120)).toBe(true);
  await cluster.kube.patch(
    deploymentType,
    { namespace: "default", name: "web" },
    { type: "merge", body: { spec: { replicas: 0 } } },
  );
  expect(await cluster.until(async () => (await cluster.machines()).length === 0, 600)).toBe(true);
}

const read = ["get", "list", "watch"];
const each = (verbs: readonly string[], ...resources: readonly string[]): readonly string[] =>
  verbs.flatMap((verb) => resources.map((resource) => `${verb} ${resource}`));

/** Rights that the lives above do not need, and why the chart has them all the same. */
const keptFor: Readonly<Record<string, readonly string[]>> = {
  "operations 4.3 gives reads whole; the cache lists and watches, and does not get": each(
    ["get"],
    "capacitybuffers.autoscaling.x-k8s.io",
    "csinodes.storage.k8s.io",
    "daemonsets.apps",
    "ec2nodeclasses.karpenter.k8s.aws",
    "namespaces",
    "nodeoverlays.karpenter.sh",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets.policy",
    "pods",
    "storageclasses.storage.k8s.io",
    "volumeattachments.storage.k8s.io",
  ),
  "operations 4.3 gives reads whole; these are got one by one, as owners of pods and targets of buffers": each(
    ["list", "watch"],
    "deployments.apps",
    "podtemplates",
    "replicasets.apps",
    "replicationcontrollers",
    "statefulsets.apps",
  ),
  "got as owners of pods with default spread constraints, and as targets of buffers; here all pods are of Deployments":
    each(["get"], "replicationcontrollers", "statefulsets.apps"),
  "got when launches of a pool fail and its registration health is written": each(["get"], "nodepools.karpenter.sh"),
  "operations 4.3 gives status to read and to replace; status is read with its object and written by patch": [
    ...each(
      read,
      "capacitybuffers/status.autoscaling.x-k8s.io",
      "nodeclaims/status.karpenter.sh",
      "nodeoverlays/status.karpenter.sh",
      "nodepools/status.karpenter.sh",
    ),
    ...each(["create", "delete"], "nodeclaims/status.karpenter.sh"),
    ...each(
      ["update"],
      "capacitybuffers/status.autoscaling.x-k8s.io",
      "ec2nodeclasses/status.karpenter.k8s.aws",
      "nodeclaims/status.karpenter.sh",
      "nodeoverlays/status.karpenter.sh",
      "nodepools/status.karpenter.sh",
    ),
  ],
  "operations 4.3 gives update; objects are written by patch": each(
    ["update"],
    "ec2nodeclasses.karpenter.k8s.aws",
    "nodeclaims.karpenter.sh",
    "nodepools.karpenter.sh",
    "nodes",
  ),
  "operations 4.3; events are written and not read": each(read, "events"),
  "operations 4.3; the lease is got, created and updated": each(["patch", "watch"], "leases.coordination.k8s.io"),
  "asked for by the admission of owner references on OpenShift, not by a call": each(
    ["update"],
    "machines/finalizers.karpenter.sh",
    "nodeclaims/finalizers.karpenter.sh",
    "nodepools/finalizers.karpenter.sh",
    "provisioners/finalizers.karpenter.sh",
  ),
  "operations 4.3, with dynamic resources on; the embedded API server does not serve them": each(
    read,
    "deviceclasses.resource.k8s.io",
    "resourceclaims.resource.k8s.io",
    "resourceclaimtemplates.resource.k8s.io",
    "resourceslices.resource.k8s.io",
  ),
  "got once at the start on AWS, for the address of DNS; a simulated account needs none": ["get services"],
};

describe("the chart's rights", () => {
  it("[ops 9.2.22] are what the controller needs: nothing it calls is refused, and nothing is granted without a reason", async () => {
    const granted = rightsOf(await rendered(), account);
    const rights = createRights(granted);
    await liveThrough(rights);
    await liveThroughEra(rights);
    expect([...rights.refused]).toEqual([]);
    const isUnused = (right: Right): boolean =>
      !rights.used.has(right) && ![...rights.used].some((used) => rightText(used) === rightText(right));
    const unused = [...new Set(granted.filter(isUnused).map(rightText))];
    expect(unused.toSorted()).toEqual(Object.values(keptFor).flat().toSorted());
  });

  it.each(["aws", "kwok"])("hold what a start on %s asks for in every mode", async (cloud) => {
    const granted = rightsOf(
      await render({ namespace, values: { settings: { clusterName: "test" }, controller: { cloud } } }),
      account,
    );
    const lease = { namespace, name: defaultOptions.leaderElectionName };
    const nodeClassTypes = [cloud === "aws" ? ec2NodeClassType : kwokNodeClassType];
    const needed = (["apply", "consolidate", "plan", "observe"] as const).flatMap((mode) =>
      neededRights({ mode, nodeClassTypes, lease }),
    );
    const has = new Set(granted.map(rightText));
    const asked = needed.flatMap(({ verbs, ...right }) => verbs.map((verb) => rightText({ ...right, verb })));
    expect([...new Set(asked)].filter((right) => !has.has(right))).toEqual([]);
  });

  it("name the lease that the process is told to hold", async () => {
    const settings = { clusterName: "test", leaderElectionName: "{{ .Release.Name }}-lease" };
    const granted = rightsOf(await render({ namespace, values: { settings } }), account);
    const update = granted.find((right) => rightText(right) === "update leases.coordination.k8s.io");
    expect(update).toMatchObject({ namespace, names: ["karpenter-lease"] });
  });

  it("for people aggregate to admin and view, overlays and updates included (9.1, 9)", async () => {
    const roles = (await render({ values: { settings: { clusterName: "test" } } })).filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((label) => label.includes("aggregate-to")),
    );
    const byName = Object.fromEntries(roles.map(({ metadata, rules }) => [metadata.name, rules]));
    expect(Object.keys(byName).toSorted()).toEqual(["karpenter-admin", "karpenter-view"]);
    expect(byName["karpenter-admin"]).toMatchObject([
      { resources: expect.arrayContaining(["nodeoverlays"]), verbs: expect.arrayContaining(["update"]) },
      { resources: ["ec2nodeclasses"] },
    ]);
    expect(byName["karpenter-view"]).toMatchObject([
      { verbs: ["get", "list", "watch"] },
      { verbs: ["get", "list", "watch"] },
    ]);
  });
});
