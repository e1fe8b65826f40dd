/** Provisioners and AWSNodeTemplates live: the founding document's practices on the whole product (spec: v1alpha5 6.3). */
import { expect, test } from "vitest";
import {
  deploymentType,
  eventType,
  ec2NodeClassType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type Pod,
  podType,
  awsNodeTemplateType,
  machineType,
  provisionerType,
  type ResourceType,
} from "../../src/api/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const runs = (cluster: EraCluster, pods: number) => async () => (await cluster.running()).length === pods;

test("[R1] [R45] a pending pod gets a machine of its Provisioner, as a Machine, and no object of today is written", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large", "m5.xlarge")));
  await cluster.run("web", 3);
  expect(await cluster.until(runs(cluster, 3), 60)).toBe(true);
  const [machine, ...others] = await cluster.machines();
  expect(others).toEqual([]);
  expect(machine).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^general-/),
      labels: { "karpenter.sh/provisioner-name": "general", "node.kubernetes.io/instance-type": "m5.large" },
      ownerReferences: [{ apiVersion: "karpenter.sh/v1alpha5", kind: "Provisioner", name: "general" }],
    },
    spec: { machineTemplateRef: { name: "default" } },
  });
  const conditions = machine?.status?.conditions?.filter(({ status }) => status === "True").map(({ type }) => type);
  expect(conditions).toEqual(
    expect.arrayContaining(["MachineLaunched", "MachineRegistered", "MachineInitialized", "Ready"]),
  );
  const [node] = await cluster.nodes();
  expect(node?.metadata.labels).toMatchObject({ "karpenter.sh/provisioner-name": "general" });
  expect(node?.metadata.labels).not.toHaveProperty("karpenter.sh/nodepool");
  expect(node?.metadata.ownerReferences).toMatchObject([
    { apiVersion: "karpenter.sh/v1alpha5", kind: "Machine", name: machine?.metadata.name },
  ]);
  const kinds: readonly ResourceType[] = [nodePoolType, ec2NodeClassType, nodeClaimType];
  const today = await Promise.all(kinds.map((type) => cluster.list(type)));
  expect(today).toEqual([[], [], []]);
  await cluster.stop();
});

test("[R7] status says what was resolved and what is held, in the era's own shapes", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.clock.advance(10_000);
  const { status } = await cluster.kube.get(awsNodeTemplateType, { name: "default" });
  expect(Object.keys(status ?? {}).toSorted()).toEqual(["amis", "securityGroups", "subnets"]);
  expect(status?.subnets?.length).toBeGreaterThan(0);
  expect(status?.amis?.[0]?.requirements.length).toBeGreaterThan(0);
  const general = await cluster.provisioner("general");
  expect(general.status?.resources).toMatchObject({ cpu: "2" });
  expect(general.status?.resources).not.toHaveProperty("nodes");
  expect(general.status?.conditions).toMatchObject([{ type: "Active", status: "True" }]);
  expect(general.metadata.annotations).toHaveProperty("karpenter.sh/provisioner-hash");
  expect(general.spec).toEqual(typesOnly("m5.large"));
  await cluster.stop();
});

test("[R3] [R45] [R49] an empty machine goes after ttlSecondsAfterEmpty, and not before", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 60 }));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
  await cluster.clock.advance(40_000);
  expect(await cluster.machines()).toHaveLength(1);
  const gone = async () => (await cluster.machines()).length + (await cluster.nodes()).length === 0;
  expect(await cluster.until(gone, 120)).toBe(true);
  await cluster.stop();
});

test("invariant 6: a Provisioner with neither TTL nor consolidation keeps its empty machine", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
  await cluster.clock.advance(600_000);
  expect(await cluster.machines()).toHaveLength(1);
  await cluster.stop();
});

test("[R47] [R48] pods that select a Provisioner's label run on its machines, plain pods may not need it", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("other", { ...typesOnly("c5.large"), weight: 50 }),
    provisioner("generalcompute", { ...typesOnly("m5.large", "m5.2xlarge"), labels: { "billing-team": "my-team" } }),
  );
  const affinity: Pod["spec"]["affinity"] = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "billing-team", operator: "In", values: ["my-team"] }] }],
      },
    },
  };
  await cluster.run("team", 12, { affinity });
  expect(await cluster.until(runs(cluster, 12), 90)).toBe(true);
  const owners = new Set((await cluster.machines()).map(({ metadata }) => metadata.labels?.["billing-team"]));
  expect([...owners]).toEqual(["my-team"]);
  await cluster.stop();
});

test("[R43] the Provisioner of the highest weight that fits is taken", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("cheap", typesOnly("c5.large")),
    provisioner("heavy", { ...typesOnly("m5.large"), weight: 10 }),
  );
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  const owners = (await cluster.machines()).map(({ metadata }) => metadata.labels?.["karpenter.sh/provisioner-name"]);
  expect(owners).toEqual(["heavy"]);
  await cluster.stop();
});

test("[R46] only pods that tolerate a Provisioner's taint run on its machines", async () => {
  const cluster = await eraCluster();
  const taints = [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" as const }];
  await cluster.apply(template(), provisioner("gpu", { ...typesOnly("p3.8xlarge"), taints }));
  await cluster.run("plain", 1);
  await cluster.run("gpu", 1, { tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }] });
  expect(await cluster.until(runs(cluster, 1), 90)).toBe(true);
  await cluster.clock.advance(30_000);
  expect((await cluster.running()).map(({ metadata }) => metadata.labels?.["app"])).toEqual(["gpu"]);
  await cluster.stop();
});

test("[R8] [R12] [R63] a pod's zone is honoured at launch", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1, { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1b" } });
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  const [node] = await cluster.nodes();
  expect(node?.metadata.labels?.["topology.kubernetes.io/zone"]).toBe("us-east-1b");
  await cluster.stop();
});

test("[R66] [R68] limits stop launches of a Provisioner, machines that exist stay, and the next Provisioner is tried", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("small", { ...typesOnly("m5.large"), limits: { resources: { cpu: "2" } }, weight: 10 }),
    provisioner("next", typesOnly("c5.large")),
  );
  await cluster.run("web", 6);
  expect(await cluster.until(runs(cluster, 6), 90)).toBe(true);
  const owners = (await cluster.machines()).map(({ metadata }) => metadata.labels?.["karpenter.sh/provisioner-name"]);
  expect(owners.filter((owner) => owner === "small")).toHaveLength(1);
  expect(owners.filter((owner) => owner === "next").length).toBeGreaterThan(0);
  await cluster.stop();
});

test("[R67] no limit holds across Provisioners: one of the same name as a NodePool has limits of its own", async () => {
  const cluster = await eraCluster({ keepPools: true, pool: { limits: { cpu: "2" } } });
  await cluster.apply(template(), provisioner("default", typesOnly("m5.large")));
  await cluster.run("web", 12);
  expect(await cluster.until(runs(cluster, 12), 120)).toBe(true);
  const claims = await cluster.list(nodeClaimType);
  const machines = await cluster.machines();
  expect(claims.length).toBeLessThanOrEqual(1);
  expect(machines.length).toBeGreaterThan(0);
  await cluster.clock.advance(10_000);
  const pool = await cluster.kube.get(nodePoolType, { name: "default" });
  const held = await cluster.provisioner("default");
  expect(Number(pool.status?.resources?.["cpu"] ?? 0)).toBeLessThanOrEqual(2);
  expect(Number(held.status?.resources?.["cpu"] ?? 0)).toBe(2 * machines.length);
  await cluster.stop();
});

test("ownership: a pod that names a Provisioner or a NodePool runs on its own nodes, in one cluster with both", async () => {
  const cluster = await eraCluster({ keepPools: true });
  await cluster.apply(template(), provisioner("default", typesOnly("m5.large")));
  await cluster.run("old", 1, { nodeSelector: { "karpenter.sh/provisioner-name": "default" } });
  await cluster.run("new", 1, { nodeSelector: { "karpenter.sh/nodepool": "default" } });
  expect(await cluster.until(runs(cluster, 2), 90)).toBe(true);
  expect(await cluster.machines()).toHaveLength(1);
  expect(await cluster.list(nodeClaimType)).toHaveLength(1);
  const nodes = await cluster.nodes();
  const keys = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];
  const owners = nodes.map(({ metadata }) => keys.filter((key) => metadata.labels?.[key] !== undefined));
  expect(owners.map(({ length }) => length)).toEqual([1, 1]);
  await cluster.stop();
});

test("[R17] [R19] pods that want no Provisioner's node are left to static capacity", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  const affinity: Pod["spec"]["affinity"] = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/provisioner-name", operator: "DoesNotExist" }] }],
      },
    },
  };
  await cluster.run("controller", 1, { affinity });
  await cluster.clock.advance(60_000);
  expect(await cluster.machines()).toEqual([]);
  await cluster.stop();
});

test("a Provisioner without a template is not ready and says so, and serves as soon as there is one", async () => {
  const cluster = await eraCluster();
  await cluster.apply(provisioner("general", { ...typesOnly("m5.large"), providerRef: { name: "missing" } }));
  await cluster.run("web", 1);
  await cluster.clock.advance(30_000);
  expect((await cluster.provisioner("general")).status?.conditions).toMatchObject([
    { type: "Active", status: "False" },
  ]);
  await cluster.apply(template({}, "missing"));
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.stop();
});

test("a Provisioner that the old checks refuse is not served, and tells the first error in the old words", async () => {
  const cluster = await eraCluster();
  const taints = [{ key: "team", effect: "" as "NoSchedule" }];
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large"), taints }));
  await cluster.run("web", 1);
  await cluster.clock.advance(30_000);
  expect(await cluster.machines()).toEqual([]);
  const [active] = (await cluster.provisioner("general")).status?.conditions ?? [];
  expect(active).toMatchObject({ type: "Active", status: "False" });
  await cluster.stop();
});

test("[R42] [R9] Provisioners that share a template keep kubelet settings of their own", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("few", { ...typesOnly("m5.2xlarge"), kubeletConfiguration: { maxPods: 4 } }),
    provisioner("many", typesOnly("m5.2xlarge")),
  );
  await cluster.run(
    "few",
    8,
    { nodeSelector: { "karpenter.sh/provisioner-name": "few" } },
    { cpu: "100m", memory: "64Mi" },
  );
  await cluster.run(
    "many",
    8,
    { nodeSelector: { "karpenter.sh/provisioner-name": "many" } },
    { cpu: "100m", memory: "64Mi" },
  );
  expect(await cluster.until(runs(cluster, 16), 120)).toBe(true);
  const owners = (await cluster.machines()).map(({ metadata }) => metadata.labels?.["karpenter.sh/provisioner-name"]);
  expect(owners.filter((owner) => owner === "few")).toHaveLength(2);
  expect(owners.filter((owner) => owner === "many")).toHaveLength(1);
  await cluster.stop();
});

test("[R9] inline provider settings serve without any template", async () => {
  const cluster = await eraCluster();
  const { userData: _, amiSelector: _images, detailedMonitoring: _monitoring, ...provider } = template().spec ?? {};
  await cluster.apply(provisioner("inline", { ...typesOnly("m5.large"), provider }));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  const [machine] = await cluster.machines();
  expect(JSON.parse(machine?.metadata.annotations?.["compatibility.karpenter.sh/provider"] ?? "{}")).toEqual(provider);
  await cluster.stop();
});

test("a Provisioner of a template that was moved to an EC2NodeClass launches from the class", async () => {
  const cluster = await eraCluster({ keepPools: true });
  await cluster.kube.delete(nodePoolType, { name: "default" });
  await cluster.apply(provisioner("moved", { ...typesOnly("m5.large"), providerRef: { name: "default" } }));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.stop();
});

test("[R5] [R73] instances carry the era's tags and the template's", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template({ tags: { team: "platform" } }), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  const { Reservations = [] } = await cluster.account.clients.ec2.describeInstances({}, {});
  const tags = Object.fromEntries(
    (Reservations[0]?.Instances?.[0]?.Tags ?? []).map(({ Key = "", Value }) => [Key, Value]),
  );
  expect(tags).toMatchObject({
    Name: "karpenter.sh/provisioner-name/general",
    team: "platform",
    "karpenter.sh/provisioner-name": "general",
    "karpenter.sh/managed-by": cluster.account.clusterName,
  });
  await cluster.stop();
});

test("deleting a Provisioner drains and deletes its machines, and nothing of the era is left behind", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
  await cluster.kube.delete(provisionerType, { name: "general" }, { propagationPolicy: "Foreground" });
  await cluster.kube.delete(awsNodeTemplateType, { name: "default" });
  const kinds: readonly ResourceType[] = [provisionerType, machineType, awsNodeTemplateType, nodeType];
  const left = async () => (await Promise.all(kinds.map((type) => cluster.list(type)))).flat().length;
  expect(await cluster.until(async () => (await left()) === 0, 120)).toBe(true);
  await cluster.stop();
});

test("events name the object that the user wrote", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.clock.advance(5_000);
  const events = await cluster.list(eventType);
  expect(events.filter(({ involvedObject }) => involvedObject.name?.includes("/"))).toEqual([]);
  expect(events.filter(({ message }) => message?.includes("Machine/"))).toEqual([]);
  expect(events.filter(({ message }) => message?.includes("machine/general-"))).not.toEqual([]);
  await cluster.stop();
});

test("a restart in the midst of life finds its machines again and makes no second one", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  await cluster.until(async () => (await cluster.machines()).length === 1, 20);
  await cluster.restartOperator();
  expect(await cluster.until(runs(cluster, 1), 90)).toBe(true);
  await cluster.clock.advance(120_000);
  expect(cluster.everLaunched.size).toBe(1);
  expect((await cluster.list(podType)).filter(({ status }) => status?.phase === "Running")).toHaveLength(1);
  await cluster.stop();
});

test("[R69] [R70] D8: a pod that a limit keeps out brings the line that alarms look for, once in five minutes", async () => {
  const cluster = await eraCluster();
  const limits = { resources: { memory: "1000" } };
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large"), limits }));
  await cluster.run("web", 3);
  await cluster.clock.advance(120_000);
  const hits = cluster.log.lines.filter(({ message }) => message.includes("exceeds limit of"));
  expect(hits).toEqual([
    {
      level: "error",
      message: expect.stringMatching(/^memory resource usage of \d+ exceeds limit of 1000$/),
      fields: { logger: "controller.provisioner", provisioner: "general", resource: "memory" },
    },
  ]);
  const events = (await cluster.list(eventType)).filter(({ reason }) => reason === "FailedScheduling");
  expect(events.some(({ message }) => message?.includes('exceed limits for provisioner: "general"'))).toBe(true);
  await cluster.stop();
});

test("[R44] D7: of Provisioners of equal weight the last by name is always taken, and an event says that it was arbitrary", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("alpha", typesOnly("m5.large")),
    provisioner("beta", typesOnly("m5.large")),
    provisioner("gamma", { ...typesOnly("c5.large"), taints: [{ key: "team", effect: "NoSchedule" }] }),
  );
  await cluster.run("web", 6);
  expect(await cluster.until(runs(cluster, 6), 90)).toBe(true);
  const owners = (await cluster.machines()).map(({ metadata }) => metadata.labels?.["karpenter.sh/provisioner-name"]);
  expect([...new Set(owners)]).toEqual(["beta"]);
  const told = (await cluster.list(eventType)).filter(({ reason }) => reason === "ArbitraryProvisioner");
  expect(told.map(({ message }) => message)).toEqual([
    "Provisioner beta was taken, Provisioner alpha of equal weight would have done: the choice is arbitrary; set weights, or make them exclusive",
  ]);
  const metric = (await cluster.metrics.expose())
    .split("\n")
    .find((line) => line.startsWith("karpenter_provisioner_arbitrary_choices_total"));
  expect(metric).toMatch(/provisioner="beta"\} [1-9]/);
  await cluster.stop();
});

test("D7: at equal weight a NodePool comes before a Provisioner", async () => {
  const requirements = typesOnly("m5.large").requirements ?? [];
  const cluster = await eraCluster({ keepPools: true });
  const pool = await cluster.kube.get(nodePoolType, { name: "default" });
  const { template: inside } = pool.spec;
  const same = { ...pool.spec, template: { ...inside, spec: { ...inside.spec, requirements } } };
  await cluster.kube.patch(nodePoolType, { name: "default" }, { type: "merge", body: { spec: same } });
  await cluster.apply(template(), provisioner("zeta", typesOnly("m5.large")));
  await cluster.run("web", 3);
  expect(await cluster.until(runs(cluster, 3), 90)).toBe(true);
  expect(await cluster.machines()).toEqual([]);
  expect((await cluster.list(nodeClaimType)).length).toBeGreaterThan(0);
  await cluster.stop();
});

test("a Provisioner without any requirement launches: its defaults come to the Machine in the operators of the era", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("bare"));
  await cluster.run("web", 2);
  expect(await cluster.until(runs(cluster, 2), 60)).toBe(true);
  const [machine] = await cluster.machines();
  expect(machine?.spec?.requirements).toContainEqual({
    key: "karpenter.k8s.aws/instance-generation",
    operator: "Gt",
    values: ["2"],
  });
  expect((await cluster.provisioner("bare")).spec?.requirements).toBeUndefined();
  await cluster.stop();
});

test("[R35] D10: the planning lines of the founding document stand beside today's", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large", "m5.xlarge")));
  await cluster.run("web", 3);
  expect(await cluster.until(runs(cluster, 3), 60)).toBe(true);
  const compat = cluster.log.lines.filter(({ fields }) => fields["compat"] === true).map(({ message }) => message);
  expect(compat).toContain(
    "Computed packing of 1 node(s) for 3 pod(s) with instance type option(s) [m5.large m5.xlarge]",
  );
  expect(compat).toContain("Waiting for unschedulable pods");
  await cluster.stop();
});

test("[R65] limits and usage of a Provisioner are told by metrics of the era's names", async () => {
  const cluster = await eraCluster();
  const limits = { resources: { cpu: "8" } };
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large"), limits }));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.clock.advance(10_000);
  const text = await cluster.metrics.expose();
  const lines = text.split("\n").filter((line) => line.startsWith("karpenter_provisioner_") && line.includes('"cpu"'));
  expect(lines.map((line) => line.replace(/\{.*\}/, "")).toSorted()).toEqual([
    "karpenter_provisioner_limit 8",
    "karpenter_provisioner_usage 2",
    "karpenter_provisioner_usage_pct 25",
  ]);
  const counted = text.split("\n").filter((line) => /^karpenter_(machines|nodes)_created\{/.test(line));
  expect(counted.map((line) => line.replace(/,?app="[^"]*"/, ""))).toEqual([
    'karpenter_machines_created{reason="provisioned",provisioner="general"} 1',
    'karpenter_nodes_created{nodepool="",provisioner="general"} 1',
  ]);
  await cluster.stop();
});
