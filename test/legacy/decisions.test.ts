/** The project's decisions and the invariants of live serving, as far as no other test of this folder bears their names. */
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  type AWSNodeTemplate,
  awsNodeTemplateType,
  deploymentType,
  ec2NodeClassType,
  eventType,
  type KubeObject,
  machineType,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  type Pod,
  podType,
  type Provisioner,
  provisionerDefaults,
  type ProvisionerSpec,
  provisionerType,
} from "../../src/api/index.ts";
import {
  classSourceOf,
  classViewOfProvisioner,
  convertObjects,
  defaultSettings,
  expiresAt,
  machineOfClaim,
  poolViewOfProvisioner,
} from "../../src/legacy/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const runs = (cluster: EraCluster, pods: number) => async () => (await cluster.running()).length === pods;

async function withOnePod(
  setup: Parameters<typeof eraCluster>[0] = {},
  spec: ProvisionerSpec = typesOnly("m5.large"),
): Promise<EraCluster> {
  const cluster = await eraCluster(setup);
  await cluster.apply(template(), provisioner("general", spec));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  return cluster;
}

async function protectPod(cluster: EraCluster, value: string | null): Promise<Pod | undefined> {
  const [pod] = await cluster.running();
  const name = { namespace: "default", name: pod?.metadata.name ?? "" };
  const body = { metadata: { annotations: { "karpenter.sh/do-not-evict": value } } };
  await cluster.kube.patch(podType, name, { type: "merge", body });
  return pod;
}

describe("decisions", () => {
  test("D3: without a template called default a Provisioner is served by the EC2NodeClass of that name", async () => {
    const cluster = await eraCluster({ keepPools: true });
    await cluster.kube.delete(nodePoolType, { name: "default" });
    await cluster.apply(provisioner("general", typesOnly("m5.large")));
    await cluster.run("web", 1);
    expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
    await cluster.stop();
  });

  test("D3: with strict validation a Provisioner without provider and providerRef is not served, in the old words", async () => {
    const cluster = await eraCluster({ options: { providerValidation: "strict" } });
    await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
    await cluster.clock.advance(10_000);
    const [active] = (await cluster.provisioner("general")).status?.conditions ?? [];
    expect(active).toMatchObject({ type: "Active", status: "False" });
    const error = "expected exactly one, got neither: spec.provider, spec.providerRef";
    expect(active?.message).toBe(error);
    const told = (await cluster.list(eventType)).filter(({ reason }) => reason === "ProvisionerInvalid");
    expect(told.map(({ message, involvedObject }) => [involvedObject.kind, message])).toEqual([
      ["Provisioner", `not served: ${error}`],
    ]);
    await cluster.stop();
  });

  test("[R75] D9: a drain that was asked for evicts a do-not-evict pod like any other", async () => {
    const cluster = await withOnePod();
    await protectPod(cluster, "true");
    const [machine] = await cluster.machines();
    await cluster.kube.delete(machineType, { name: machine?.metadata.name ?? "" });
    const gone = async () => (await cluster.machines()).every(({ metadata }) => metadata.uid !== machine?.metadata.uid);
    expect(await cluster.until(gone, 180)).toBe(true);
    await cluster.stop();
  });

  test("[R76] D9: switched to the older reading, the drain waits for the pod to end or the annotation to go", async () => {
    const cluster = await withOnePod({ options: { legacyDoNotEvictBlocksDrain: true } });
    const pod = await protectPod(cluster, "true");
    const [machine] = await cluster.machines();
    await cluster.kube.delete(machineType, { name: machine?.metadata.name ?? "" });
    await cluster.clock.advance(300_000);
    const same = (object: KubeObject | undefined) => object?.metadata.uid;
    expect((await cluster.running()).map(same)).toContain(same(pod));
    await protectPod(cluster, null);
    const gone = async () => (await cluster.machines()).every((object) => same(object) !== same(machine));
    expect(await cluster.until(gone, 180)).toBe(true);
    await cluster.stop();
  });

  test("[R36] D11: in an isolated VPC the price list is not asked, and spot prices are, which come from EC2", async () => {
    const cluster = await eraCluster({ options: { isolatedVpc: true } });
    const asked = vi.spyOn(cluster.account.clients.pricing, "getProducts");
    const spot = vi.spyOn(cluster.account.clients.ec2, "describeSpotPriceHistory");
    await cluster.restartOperator();
    await cluster.clock.advance(60_000);
    expect([asked.mock.calls.length, spot.mock.calls.length > 0]).toEqual([0, true]);
    await cluster.stop();
  });

  test("[R54] D13: with instanceDefaults all a Provisioner without requirements may buy any type", async () => {
    const bare = { requirements: [] };
    const machines = async (instanceDefaults: "baseline" | "all") => {
      const cluster = await eraCluster({ families: ["t3", "m5"], options: { instanceDefaults } });
      await cluster.apply(template(), provisioner("general", bare));
      await cluster.run("web", 1, {}, { cpu: "100m", memory: "128Mi" });
      expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
      const [machine] = await cluster.machines();
      await cluster.stop();
      return machine?.metadata.labels?.["karpenter.k8s.aws/instance-family"];
    };
    expect([await machines("baseline"), await machines("all")]).toEqual(["m5", "t3"]);
  });

  test("[R35] D10: switched on, the old forms come without any Provisioner; switched off, none comes with one", async () => {
    const forms = async (logCompat: "founding" | "none", objects: readonly KubeObject[], keepPools: boolean) => {
      const cluster = await eraCluster({ keepPools, options: { logCompat } });
      await cluster.apply(...objects);
      await cluster.run("web", 1);
      expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
      await cluster.stop();
      return cluster.log.lines.filter(({ fields }) => fields["compat"] === true).map(({ message }) => message);
    };
    const on = await forms("founding", [], true);
    expect(on).toContainEqual(expect.stringMatching(/^Batched 1 pods in \d+\.\ds$/));
    expect(on).toContainEqual(
      expect.stringMatching(/^Computed packing of 1 node\(s\) for 1 pod\(s\) with instance type/),
    );
    expect(on).toContainEqual(
      expect.stringMatching(
        /^Launched instance: i-[0-9a-f]+, hostname: \S+, type: \S+, zone: \S+, capacityType: on-demand$/,
      ),
    );
    expect(await forms("none", [template(), provisioner("general", typesOnly("m5.large"))], false)).toEqual([]);
  });

  test("D10: what goes is told in the old words: emptiness by its TTL, expiry with how late it was, drains", async () => {
    const cluster = await withOnePod(
      {},
      { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 60, ttlSecondsUntilExpired: 600 },
    );
    const [first] = await cluster.machines();
    const isReplaced = async () =>
      (await cluster.machines()).every(({ metadata }) => metadata.uid !== first?.metadata.uid);
    expect(await cluster.until(isReplaced, 1_500)).toBe(true);
    await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
    expect(await cluster.until(async () => (await cluster.machines()).length === 0, 300)).toBe(true);
    const lines = cluster.log.lines.filter(({ fields }) => fields["compat"] === true).map(({ message }) => message);
    expect(lines).toContainEqual(
      expect.stringMatching(/^Triggering termination for expired node after 10m0s \(\+(\d+m)?\d+s\)$/),
    );
    expect(lines).toContain("Triggering termination after 1m0s for empty node");
    expect(lines.filter((line) => line === "Cordoned node").length).toBe(2);
    expect(lines.filter((line) => line === "Deleted node").length).toBe(2);
    await cluster.stop();
  });

  test("D10: a node that empties is marked and told in the old words, and so is one that pods came back to", async () => {
    const cluster = await withOnePod({}, { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 3_600 });
    const isMarked = async () => {
      const [machine] = await cluster.machines();
      return machine?.status?.conditions?.find(({ type }) => type === "MachineEmpty")?.status === "True";
    };
    expect(await isMarked()).toBe(false);
    await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
    expect(await cluster.until(isMarked, 120)).toBe(true);
    await cluster.run("again", 1);
    expect(await cluster.until(async () => !(await isMarked()), 120)).toBe(true);
    const lines = cluster.log.lines.map(({ message }) => message).filter((line) => /\bempt(y|iness)\b/.test(line));
    expect(lines).toEqual([
      "marking empty",
      "Added TTL to empty node",
      "no longer empty",
      "Removed emptiness TTL from node",
    ]);
    expect(await cluster.machines()).toHaveLength(1);
    await cluster.stop();
  });

  test("[R38] D10: when prices cannot be had, the old line names the date of those in use", async () => {
    const cluster = await withOnePod();
    cluster.account.faults.refuseCalls("Pricing GetProducts", {
      code: "RequestError",
      message: "dial tcp: i/o timeout",
    });
    await cluster.restartOperator();
    await cluster.clock.advance(60_000);
    const lines = cluster.log.lines.filter(({ fields }) => fields["logger"] === "controller.aws.pricing");
    expect(lines[0]).toMatchObject({
      level: "error",
      message: expect.stringMatching(
        /^updating on-demand pricing, .*dial tcp: i\/o timeout.*, using existing pricing data from \d{4}-\d\d-\d\dT00:00:00Z$/,
      ),
      fields: { compat: true },
    });
    await cluster.stop();
  });

  test("D12: everything that v1 cannot hold is a loss with its place and a way out", () => {
    const { amiFamily: _, ...rest } = template().spec ?? {};
    const ids = { "aws-ids": "subnet-1", team: "a" };
    const kubelet = { containerRuntime: "dockerd" };
    const kept = { ttlSecondsUntilExpired: 60, annotations: { "karpenter.sh/do-not-consolidate": "true" } };
    const machine: KubeObject = { apiVersion: "karpenter.sh/v1alpha5", kind: "Machine", metadata: { name: "m" } };
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "karpenter-global-settings" },
      data: {
        "aws.clusterName": "a",
        "aws.nodeNameConvention": "resource-name",
        "aws.assumeRoleARN": "arn:aws:iam::1:role/a",
      },
    };
    const status = { lastScaleTime: "2022-08-17T00:19:52Z" };
    const objects: readonly KubeObject[] = [
      template({ ...rest, launchTemplate: "mine" }, "launch-template"),
      template({ ...rest, amiSelector: { team: "a" } }, "image-tags"),
      template({ ...rest, subnetSelector: ids }, "ids-and-tags"),
      template({ ...rest, amiFamily: "Ubuntu" }, "ubuntu"),
      { ...provisioner("general", { ...kept, kubeletConfiguration: kubelet }), status } as Provisioner,
      machine,
      map,
    ];
    const losses = convertObjects(objects).flatMap(({ source, losses: own }) =>
      own.map(({ path, remedy }) => ({ at: `${source.metadata.name} ${path.join(".")}`.trim(), remedy })),
    );
    expect(losses.map(({ at }) => at).toSorted()).toEqual([
      "general spec.annotations.karpenter.sh/do-not-consolidate",
      "general spec.kubeletConfiguration.containerRuntime",
      "general spec.ttlSecondsUntilExpired",
      "general status.lastScaleTime",
      "ids-and-tags spec.subnetSelector",
      "image-tags spec.amiSelector",
      "karpenter-global-settings data.aws.assumeRoleARN",
      "karpenter-global-settings data.aws.nodeNameConvention",
      "karpenter-global-settings data.featureGates.driftEnabled",
      "launch-template spec.launchTemplate",
      "m",
      "ubuntu spec.amiFamily",
    ]);
    expect(losses.filter(({ remedy }) => remedy === "")).toEqual([]);
  });
});

describe("invariants of live serving", () => {
  test("invariant 2: reading, views and status change no spec of a stored object", async () => {
    const written: ProvisionerSpec = {
      ...typesOnly("m5.large"),
      ttlSecondsAfterEmpty: 30,
      limits: { resources: { cpu: 1000 } },
    };
    const cluster = await withOnePod({}, written);
    await cluster.clock.advance(600_000);
    expect((await cluster.provisioner("general")).spec).toEqual(written);
    const stored = await cluster.kube.get(awsNodeTemplateType, { name: "default" });
    expect(stored.spec).toEqual(template().spec);
    expect([stored.metadata.generation, stored.metadata.finalizers]).toEqual([1, undefined]);
    await cluster.stop();
  });

  test("invariant 3: every field of a Provisioner can be read from its views again", () => {
    fc.assert(
      fc.property(provisioners, (spec) => {
        const written = provisioner("a", spec);
        expect(readBack(written)).toEqual(spec);
      }),
      { numRuns: 200 },
    );
  });

  test("invariant 4: of one name in both kinds, nodes, limits and status are apart", async () => {
    const cluster = await eraCluster({ keepPools: true });
    await cluster.apply(
      template(),
      provisioner("default", { ...typesOnly("m5.large"), limits: { resources: { cpu: 2 } } }),
    );
    await cluster.run("old", 2, { nodeSelector: { "karpenter.sh/provisioner-name": "default" } });
    await cluster.run("new", 2, { nodeSelector: { "karpenter.sh/nodepool": "default" } });
    expect(await cluster.until(runs(cluster, 4), 90)).toBe(true);
    await cluster.clock.advance(10_000);
    const [machines, claims] = [await cluster.machines(), await cluster.list(nodeClaimType)];
    const pool = await cluster.kube.get(nodePoolType, { name: "default" });
    expect([machines.length, claims.length]).toEqual([1, 1]);
    expect((await cluster.provisioner("default")).status?.resources?.["cpu"]).toBe("2");
    const capacity = String(claims[0]?.status?.capacity?.["cpu"]);
    expect(String(pool.status?.resources?.["cpu"])).toBe(capacity);
    expect(pool.status?.resources).toHaveProperty("nodes", "1");
    await cluster.stop();
  });

  test("invariant 8: when the last objects of the era are gone, no finalizer and no annotation of it is left", async () => {
    const cluster = await eraCluster({ keepPools: true });
    await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
    await cluster.run("web", 2, { nodeSelector: { "karpenter.sh/provisioner-name": "general" } });
    await cluster.run("today", 1, { nodeSelector: { "karpenter.sh/nodepool": "default" } });
    expect(await cluster.until(runs(cluster, 3), 90)).toBe(true);
    await cluster.kube.delete(provisionerType, { name: "general" }, { propagationPolicy: "Foreground" });
    await cluster.kube.delete(awsNodeTemplateType, { name: "default" });
    const era = [provisionerType, machineType, awsNodeTemplateType];
    const left = async () => (await Promise.all(era.map((type) => cluster.list<KubeObject>(type)))).flat().length;
    expect(await cluster.until(async () => (await left()) === 0, 180)).toBe(true);
    const today = [nodePoolType, ec2NodeClassType, nodeClaimType];
    const others = [
      ...(await cluster.nodes()),
      ...(await Promise.all(today.map((type) => cluster.list<KubeObject>(type)))).flat(),
    ];
    expect(others.length).toBeGreaterThan(2);
    expect(JSON.stringify(others)).not.toMatch(/v1alpha5|provisioner|nodetemplate|compatibility\.karpenter/);
    await cluster.stop();
  });
});

const words = fc.constantFrom("a", "b", "team", "gpu");
const textMap = fc.dictionary(words, words, { minKeys: 1, maxKeys: 3 });
const taints = fc.uniqueArray(
  fc.record({ key: words, value: words, effect: fc.constantFrom("NoSchedule" as const, "NoExecute" as const) }),
  { selector: ({ key, effect }) => `${key}${effect}`, minLength: 1, maxLength: 3 },
);
const requirements = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom("kubernetes.io/arch", "team", "topology.kubernetes.io/zone"),
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: fc.uniqueArray(words, { minLength: 1, maxLength: 3 }),
  }),
  { selector: ({ key }) => key, minLength: 1, maxLength: 3 },
);
const quantities = fc.record({ cpu: fc.constantFrom(1000, "4", "500m"), memory: fc.constantFrom("1000Gi", "1G") });
const kubelet = fc.record(
  {
    clusterDNS: fc.constant(["10.0.0.10"]),
    containerRuntime: fc.constantFrom("containerd", "dockerd"),
    maxPods: fc.integer({ min: 1, max: 110 }),
    podsPerCore: fc.integer({ min: 1, max: 10 }),
    systemReserved: fc.record({ cpu: fc.constant("100m") }),
    evictionSoft: fc.record({ "memory.available": fc.constant("5%") }),
    imageGCHighThresholdPercent: fc.integer({ min: 50, max: 100 }),
    cpuCFSQuota: fc.boolean(),
  },
  { requiredKeys: ["maxPods"] },
);
const launch = fc.oneof(
  fc.record({ providerRef: fc.record({ name: words }) }),
  fc.record({ provider: fc.record({ subnetSelector: textMap, securityGroupSelector: textMap, tags: textMap }) }),
);
const emptiness = fc.oneof(
  fc.record({ ttlSecondsAfterEmpty: fc.integer({ min: 0, max: 86_400 }) }),
  fc.record({ consolidation: fc.constant({ enabled: true }) }),
  fc.constant({}),
);
const rest = fc.record(
  {
    annotations: textMap,
    labels: textMap,
    taints,
    startupTaints: taints,
    requirements,
    kubeletConfiguration: kubelet,
    ttlSecondsUntilExpired: fc.integer({ min: 0, max: 1_000_000 }),
    limits: fc.record({ resources: quantities }),
    weight: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
);
const provisioners: fc.Arbitrary<ProvisionerSpec> = fc
  .tuple(rest, launch, emptiness)
  .map((parts) => Object.assign({}, ...parts) as ProvisionerSpec);

const present = (field: string, value: unknown): object =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0)
    ? {}
    : { [field]: value };

/** From the views that serve it: pool, class, the Machines made for it and their end. Defaults stand at the end of the list. */
function readBack(written: Provisioner): ProvisionerSpec {
  const { spec } = poolViewOfProvisioner(written);
  const { metadata, spec: inside } = spec.template;
  const added = provisionerDefaults(written).length;
  const claim = { metadata: {}, spec: { ...inside, nodeClassRef: inside.nodeClassRef } } as unknown as NodeClaim;
  const machine = machineOfClaim(claim, written);
  const inline = machine.metadata.annotations?.["compatibility.karpenter.sh/provider"];
  const end = expiresAt({ metadata: { creationTimestamp: "1970-01-01T00:00:00Z" } }, written);
  const { consolidationPolicy, consolidateAfter = "" } = spec.disruption ?? {};
  const emptied = consolidationPolicy === "WhenEmpty" && consolidateAfter !== "Never";
  const { kubelet: _ } = classOf(written).spec;
  return {
    ...present("annotations", metadata?.annotations),
    ...present("labels", metadata?.labels),
    ...present("taints", inside.taints),
    ...present("startupTaints", inside.startupTaints),
    ...present("requirements", inside.requirements.slice(0, inside.requirements.length - added)),
    ...present("kubeletConfiguration", machine.spec?.kubelet),
    ...(inline === undefined ? { providerRef: { name: machine.spec?.machineTemplateRef?.name ?? "" } } : {}),
    ...(inline === undefined ? {} : { provider: JSON.parse(inline) as NonNullable<ProvisionerSpec["provider"]> }),
    ...(emptied ? { ttlSecondsAfterEmpty: Number.parseInt(consolidateAfter, 10) } : {}),
    ...(consolidationPolicy === "WhenEmptyOrUnderutilized" ? { consolidation: { enabled: true } } : {}),
    ...(end === undefined ? {} : { ttlSecondsUntilExpired: end / 1000 }),
    ...(spec.limits === undefined ? {} : { limits: { resources: spec.limits } }),
    ...present("weight", spec.weight),
  };
}

function classOf(written: Provisioner) {
  const stored: AWSNodeTemplate = template({}, written.spec?.providerRef?.name ?? "");
  const source = classSourceOf(written, { template: () => stored, nodeClass: () => undefined });
  if (source === undefined) throw new Error("every Provisioner here has a template or settings of its own");
  return classViewOfProvisioner(written, source, defaultSettings);
}
