import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  type Deployment,
  type EC2NodeClass,
  ec2NodeClassType,
  getCondition,
  isReady,
  type NodeClaim,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
  podType,
} from "../../src/api/index.ts";
import { deploymentType } from "../../src/api/index.ts";
import { mergedShape, type RecordedCall } from "../aws-simulated/call-shapes.ts";
import { credentials } from "./mixed-clients.ts";
import { clusterName, discovery, livingInstances, roleName } from "./moto-account.ts";
import { startWireCluster, type WireCluster } from "./wire-cluster.ts";

const firstImages = { amd64: "ami-0aaaaaaaaaaaaaaa1", arm64: "ami-0aaaaaaaaaaaaaaa2" };
const nextImage = "ami-0bbbbbbbbbbbbbbb1";
const parameter = (arch: string): string =>
  `/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/${arch}/standard/recommended/image_id`;
/** Must never be seen in a log. */
const secret = "TOKEN-a1b2c3d4e5f6";

const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    role: roleName,
    subnetSelectorTerms: [{ tags: discovery }],
    securityGroupSelectorTerms: [{ tags: discovery }],
    userData: `#!/bin/bash\nexport JOIN_TOKEN=${secret}\n`,
    kubelet: { maxPods: 42 },
  },
};

const pool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "general" },
  spec: {
    template: {
      metadata: { labels: { "example.com/team": "wire" } },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m5.xlarge", "m5.2xlarge"] },
        ],
      },
    },
    disruption: { consolidateAfter: "Never", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "100%" }] },
  },
};

const workload: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1500m", memory: "1Gi" } } }],
      },
    },
  },
};

let cluster: WireCluster;

beforeAll(async () => {
  cluster = await startWireCluster(inject("motoUrl"), {
    [parameter("x86_64")]: firstImages.amd64,
    [parameter("arm64")]: firstImages.arm64,
  });
});

afterAll(async () => {
  const { made } = cluster.mixed;
  const table = (book: ReadonlyMap<string, number>): string =>
    [...book]
      .map(([name, count]) => `${name} (${count})`)
      .sort()
      .join(", ");
  console.log(`answered by moto over HTTP: ${table(made.overHttp)}`);
  console.log(`answered by the simulated account, since moto has no such call: ${table(made.simulated)}`);
  await cluster.stop();
});

const claims = (): Promise<readonly NodeClaim[]> => cluster.list(nodeClaimType);
const isInitialized = (claim: NodeClaim): boolean => getCondition(claim, "Initialized")?.status === "True";
const runningPods = async (): Promise<number> =>
  (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running").length;

// One story in order: each part builds on what the one before has left.
test("a class becomes ready with what its selectors match on the wire", async () => {
  await cluster.kube.create(ec2NodeClassType, nodeClass);
  const ready = await cluster.until(
    "class ready",
    async () => (await cluster.list(ec2NodeClassType)).find((found) => isReady(found)),
    30,
  );
  expect(ready.status).toMatchObject({
    subnets: [{ zone: expect.stringMatching(/^us-east-1/) }, {}, {}],
    securityGroups: [{ name: "nodes" }],
    instanceProfile: expect.stringMatching(new RegExp(`^${clusterName}_\\d+$`)),
  });
  expect(ready.status?.amis?.map(({ id }) => id).sort()).toEqual(Object.values(firstImages));
});

test("pods get nodes, launched from templates with the right user data", async () => {
  await cluster.kube.create(nodePoolType, pool);
  await cluster.kube.create(deploymentType, workload);
  await cluster.until("four pods running", async () => (await runningPods()) === 4, 60);
  const found = await claims();
  await cluster.until("claims initialized", async () => (await claims()).every(isInitialized), 30);
  expect(found.every(({ status }) => status?.imageID === firstImages.amd64)).toBe(true);
  const nodes = await cluster.list(nodeType);
  const machines = found.map(({ status }) => status?.providerID ?? "");
  expect(nodes.map(({ spec }) => spec?.providerID ?? "").sort()).toEqual(machines.sort());
  const [text = ""] = [...(await cluster.moto.userData()).values()].filter((data) =>
    data.includes("example.com/team=wire"),
  );
  expect(text).toContain("MIME-Version: 1.0");
  expect(text.indexOf(secret)).toBeLessThan(text.indexOf("kind: NodeConfig"));
  for (const piece of [`name: ${clusterName}`, "cidr: ", "maxPods: 42", "key: karpenter.sh/unregistered"])
    expect(text).toContain(piece);
});

test("instances carry the tags by which they are found, and the names of node and claim", async () => {
  const tagged = await cluster.until(
    "names on instances",
    async () => {
      const instances = await livingInstances(cluster.moto.ec2);
      return instances.every(({ Tags = [] }) => Tags.some(({ Key }) => Key === "Name")) && instances;
    },
    30,
  );
  for (const { Tags = [] } of tagged)
    expect(Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]))).toMatchObject({
      [`kubernetes.io/cluster/${clusterName}`]: "owned",
      "karpenter.sh/nodepool": "general",
      "eks:eks-cluster-name": clusterName,
      "karpenter.k8s.aws/ec2nodeclass": "default",
      "karpenter.sh/nodeclaim": expect.stringMatching(/^general-/),
    });
});

test("drift by a new image replaces the machines", async () => {
  const [read] = await cluster.list(ec2NodeClassType);
  await cluster.kube.patch(
    ec2NodeClassType,
    { name: "default" },
    {
      type: "merge",
      body: { spec: { amiFamily: "AL2023", amiSelectorTerms: [{ id: nextImage }] } },
    },
  );
  expect(read?.metadata.generation).toBe(1);
  await cluster.until(
    "every claim is of the new image and initialized",
    async () => {
      const all = await claims();
      return all.length > 0 && all.every((claim) => claim.status?.imageID === nextImage && isInitialized(claim));
    },
    120,
  );
  await cluster.until("four pods running", async () => (await runningPods()) === 4, 60);
});

test("[aws 9.8.130] an interruption message drains its machine, and another takes the pods", async () => {
  await cluster.until("claims initialized", async () => (await claims()).every(isInitialized), 60);
  const [first] = await claims();
  const id = first?.status?.providerID?.split("/").at(-1) ?? "";
  await cluster.moto.send({
    version: "0",
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    time: new Date().toISOString(),
    detail: { "instance-id": id, state: "stopping" },
  });
  await cluster.until(
    "the claim is gone",
    async () => (await claims()).every(({ metadata }) => metadata.uid !== first?.metadata.uid),
    60,
  );
  const living = await livingInstances(cluster.moto.ec2);
  expect(living.map(({ InstanceId }) => InstanceId)).not.toContain(id);
  await cluster.until("four pods running again", async () => (await runningPods()) === 4, 60);
  const fresh = (await claims()).find(({ status }) => status?.imageID === nextImage);
  expect(fresh).toBeDefined();
});

test("deletion leaves no instance, template or profile behind", async () => {
  await cluster.kube.delete(deploymentType, { namespace: "default", name: "web" });
  await cluster.kube.delete(nodePoolType, { name: "general" });
  await cluster.until("no pool", async () => (await cluster.list(nodePoolType)).length === 0, 60);
  await cluster.until("no claims", async () => (await claims()).length === 0, 60);
  await cluster.kube.delete(ec2NodeClassType, { name: "default" });
  await cluster.until("no class", async () => (await cluster.list(ec2NodeClassType)).length === 0, 60);
  expect(await cluster.moto.leftovers()).toEqual({ instances: [], launchTemplates: [], instanceProfiles: [] });
});

test("no secret, credential or user data has come into any log line, at any level", () => {
  const text = cluster.logText();
  expect(text).toContain('"level":"DEBUG"');
  const inBase64 = Buffer.from(`JOIN_TOKEN=${secret}`).toString("base64").slice(4, -4);
  for (const word of [
    secret,
    credentials.secretAccessKey,
    credentials.accessKeyId,
    "Signature=",
    inBase64,
    "JOIN_TOKEN",
  ])
    expect(text.includes(word), word).toBe(false);
});

test("calls are counted under the names that dashboards know", async () => {
  const text = await cluster.metricsText();
  expect(text).toMatch(/aws_sdk_go_request_total\{service="EC2",action="CreateFleet",code="200"\} [1-9]/);
  expect(text).toMatch(/aws_sdk_go_request_attempt_total\{service="SQS",action="ReceiveMessage",code="200"\} [1-9]/);
});

test("the recorded pairs, which the simulated account is held to, are what moto answers", async () => {
  const file = join(import.meta.dirname, "../aws-simulated/recorded-pairs.json");
  const now = Object.fromEntries(cluster.mixed.recorded);
  if (process.env["RECORD_PAIRS"] === "1") await writeFile(file, `${JSON.stringify(now, null, 1)}\n`);
  const kept = JSON.parse(await readFile(file, "utf8")) as Record<string, readonly RecordedCall[]>;
  expect(Object.keys(now)).toEqual(Object.keys(kept));
  for (const [name, calls] of Object.entries(kept)) {
    const before = mergedShape(calls.map(({ output }) => output));
    const after = mergedShape((now[name] ?? []).map(({ output }) => output));
    // Which optional members an answer has depends on the moment; what those are that both have does not.
    for (const [path, kind] of after) expect(before.get(path) ?? kind, `${name}: ${path}`).toBe(kind);
  }
});
