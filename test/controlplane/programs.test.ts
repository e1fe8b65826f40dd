/** The product's commands as processes of their own on a real control plane. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { kwokLabels, nodeClaimType, nodeType, podType } from "../../src/api/index.ts";
import { clientFromKubeconfig, type KubeClient } from "../../src/kube/index.ts";
import { createLifecycle } from "../../src/platform/index.ts";
import { type ControlPlane, freePorts, startControlPlane } from "./control-plane.ts";
import { startProgram } from "./bench/programs.ts";
import { createSurroundings } from "./surroundings.ts";
import { installDefinitions } from "./test-cluster.ts";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const around = createSurroundings();
const lifecycle = createLifecycle({ ...around, stopTimeoutMilliseconds: 90_000 });
const running: { controlPlane?: ControlPlane; kube?: KubeClient; kubeconfig?: string; folder?: string } = {};

const kube = (): KubeClient => {
  if (running.kube === undefined) throw new Error("the control plane did not start");
  return running.kube;
};
const kubectl = (...args: readonly string[]) =>
  execute(inject("binaries").kubectl, ["--kubeconfig", running.kubeconfig ?? "", ...args]);

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "programs-"));
  await mkdir(join(root, "reports"), { recursive: true });
  const controlPlane = await startControlPlane({ binaries: inject("binaries") });
  lifecycle.onStop("control plane", () => controlPlane.stop());
  const { client } = await clientFromKubeconfig({ path: controlPlane.kubeconfig }, around);
  lifecycle.onStop("client", () => client.close());
  await installDefinitions(client, around);
  Object.assign(running, { controlPlane, folder, kube: client, kubeconfig: controlPlane.kubeconfig });
});
afterAll(async () => {
  await lifecycle.stop("the tests are over");
  if (running.folder !== undefined) await rm(running.folder, { recursive: true });
});

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = around.clock.monotonic() + 240_000;
  while (!(await holds())) {
    if (around.clock.monotonic() > deadline) throw new Error(`${what} did not come true within 240 s`);
    await around.clock.sleep(200);
  }
}

const workload = (name: string, replicas: number, pool: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      nodeSelector: { karpenter.sh/nodepool: ${pool} }
      containers: [{ name: c, image: pause, resources: { requests: { cpu: "2", memory: 1Gi } } }]
`;

describe("karpenter up on a test cluster of the user's", () => {
  it("brings the account, its kubelets and the controller, applies what was named, and settles", async () => {
    const file = join(running.folder ?? "", "simulated.yaml");
    await writeFile(file, workload("simulated", 3, "general"));
    const where = ["--kubeconfig", running.kubeconfig ?? "", "--http-port", "0"];
    const what = ["-f", "samples/pools.yaml", file, "--until", "settled", "--timeout", "240s", "--output", "json"];
    const { stdout } = await execute(process.execPath, ["bin/karpenter.mjs", "up", ...where, ...what], { cwd: root });
    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(summary, stdout).toMatchObject({
      schema: "up/1",
      pods: { running: 3, pending: 0 },
      unplaced: [],
      refused: [],
    });
    expect(summary.pricePerHour).toBeGreaterThan(0);
    // Its account went with it: what it played is taken away, so that nothing of it disturbs the next test.
    await kubectl("delete", "deployment", "simulated");
  });
});

describe("karpenter controller --cloud kwok beside karpenter up --only kubelets", () => {
  it("gets nodes without machines for pods, which the kubelets run, and takes them away again", async () => {
    const [metrics = 0, probes = 0] = await freePorts(2);
    // Kept, for when something does not come true.
    const log = (name: string): string => join(root, "reports", `${name}.log`);
    const kubeconfig = ["--kubeconfig", running.kubeconfig ?? ""];
    const start = (args: readonly string[], file: string): void =>
      running.controlPlane?.hold(startProgram(lifecycle, { args, log: log(file) }));
    start(["up", ...kubeconfig, "--only", "kubelets"], "kubelets");
    const ports = ["--metrics-port", String(metrics), "--health-probe-port", String(probes)];
    start(["controller", ...kubeconfig, "--cloud", "kwok", "--leader-election-name", "kwok", ...ports], "controller");
    const file = join(running.folder ?? "", "kwok.yaml");
    await writeFile(file, workload("kwok", 5, "default"));
    await kubectl("apply", "-f", join(root, "test/controlplane/workloads/pool.yaml"));
    await kubectl("apply", "-f", file);
    const pods = async () => (await kube().list(podType, { namespace: "default", labelSelector: "app=kwok" })).items;
    await until("5 pods run", async () => {
      const all = await pods();
      return all.length === 5 && all.every(({ status }) => status?.phase === "Running");
    });
    const { items: nodes } = await kube().list(nodeType, { labelSelector: "karpenter.sh/nodepool=default" });
    const used = new Set((await pods()).map(({ spec }) => spec.nodeName));
    expect(used).toEqual(new Set(nodes.map(({ metadata }) => metadata.name)));
    for (const { metadata } of nodes) expect(Number(metadata.labels?.[kwokLabels.instancePrice])).toBeGreaterThan(0);
    await kubectl("delete", "deployment", "kwok");
    await kubectl("delete", "nodepool", "default");
    await until("no node is left", async () => {
      const left = await kube().list(nodeType, { labelSelector: "karpenter.sh/nodepool=default" });
      const { items: claims } = await kube().list(nodeClaimType, { labelSelector: "karpenter.sh/nodepool=default" });
      return left.items.length + claims.length === 0;
    });
  });
});
