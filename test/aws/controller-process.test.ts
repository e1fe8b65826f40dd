/** `karpenter controller --cloud aws` as a process, with nothing but the environment that a cluster would give it. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type EC2NodeClass,
  ec2NodeClassType,
  isReady,
  type KubeObject,
  nodeClaimType,
  nodePoolType,
  podType,
} from "../../src/api/index.ts";
import { createApiServer } from "../../src/local/index.ts";
import { createIds, createSeededRandom, createSystemClock } from "../../src/platform/index.ts";
import { credentials, region } from "./mixed-clients.ts";
import { clusterName, discovery, livingInstances, prepareMoto, roleName } from "./moto-account.ts";
import { root } from "../../tools/catalogue/moto-install.ts";

const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiFamily: "AL2023",
    amiSelectorTerms: [{ id: "ami-0aaaaaaaaaaaaaaa1" }],
    role: roleName,
    subnetSelectorTerms: [{ tags: discovery }],
    securityGroupSelectorTerms: [{ tags: discovery }],
  },
};

const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "In", values: ["m5.large"] }] as const;

const unschedulable = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: "0/0 nodes are available",
} as const;

async function startCluster() {
  const clock = createSystemClock();
  const random = createSeededRandom("process");
  const server = createApiServer({ clock, random, ids: createIds(random) });
  const kube = server.client();
  for (const crd of customResourceDefinitions) await kube.create<KubeObject>(customResourceDefinitionType, crd);
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.failure.message);
  const kubeconfig = join(await mkdtemp(join(tmpdir(), "wire-")), "kubeconfig");
  await writeFile(kubeconfig, listening.value.kubeconfig(), { mode: 0o600 });
  return { server, kube, kubeconfig };
}

function startController(url: string, kubeconfig: string) {
  const flags = ["--metrics-port", "0", "--health-probe-port", "0", "--disable-leader-election", "true"];
  const child = spawn(join(root, "bin/karpenter.mjs"), ["controller", "--kubeconfig", kubeconfig, ...flags], {
    // Not the runner's own: it sets MODE, which is an option of the controller.
    env: {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      CLUSTER_NAME: clusterName,
      // Moto has no price list; an isolated network has none either.
      ISOLATED_VPC: "true",
      LOG_LEVEL: "debug",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  return { child, ended, text: () => text, hasEnded: () => child.exitCode !== null };
}

type Controller = ReturnType<typeof startController>;

async function until<T>(controller: Controller, what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const ends = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (controller.hasEnded())
      throw new Error(`the controller ended before there was a ${what}:\n${controller.text()}`);
    if (performance.now() > ends) throw new Error(`no ${what} within 60 s:\n${controller.text().slice(-4_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

test("makes a class ready and launches a machine for a pod, with credentials and endpoint of the environment", async () => {
  const url = inject("motoUrl");
  const moto = await prepareMoto(url, {});
  const { server, kube, kubeconfig } = await startCluster();
  const controller = startController(url, kubeconfig);
  const { child, ended, text } = controller;
  try {
    await kube.create(ec2NodeClassType, nodeClass);
    await kube.create(nodePoolType, {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: "general" },
      spec: { template: { spec: { nodeClassRef, requirements } } },
    });
    await until(controller, "ready class", async () => (await kube.list(ec2NodeClassType)).items.some(isReady));
    await kube.create(podType, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      spec: { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1" } } }] },
    });
    const body = { status: { conditions: [unschedulable] } };
    await kube.patch(podType, { namespace: "default", name: "web" }, { type: "merge", body, subresource: "status" });
    const claim = await until(controller, "launched claim", async () =>
      (await kube.list(nodeClaimType)).items.find(({ status }) => status?.providerID !== undefined),
    );
    const [instance] = await livingInstances(moto.ec2);
    expect(claim.status?.providerID).toContain(instance?.InstanceId);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    for (const secret of [credentials.accessKeyId, credentials.secretAccessKey])
      expect(text().includes(secret), secret).toBe(false);
  } finally {
    child.kill("SIGKILL");
    await ended;
    await server.close();
  }
});
