import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peakMemoryMiB, type Running, startKarpenter, workloadsDirectory } from "./process.ts";

const hasWorkloads = existsSync(workloadsDirectory);
if (!hasWorkloads && process.env.CI === "true") throw new Error(`WORKLOADS_DIR: there is no ${workloadsDirectory}`);
const hasKubectl = (() => {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "main-job-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ports = ["--api-port", "0", "--http-port", "0"];
const kubeconfig = (): string => join(folder, "kubeconfig");

describe("the sample application", () => {
  it("runs, tells its decisions as lines of JSON, and loses the machines that a finished job leaves empty", async () => {
    const running = startKarpenter([
      "up",
      ...ports,
      "--log-format",
      "json",
      "--time-scale",
      "4",
      "--kubeconfig-out",
      kubeconfig(),
    ]);
    await running.waitFor(/"kind":"launch"/, 60_000);
    await running.waitFor(/"kind":"initialized"/, 60_000);
    const [line] = await running.waitFor(/\{[^\n]*"kind":"remove"[^\n]*\}/, 120_000);
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    expect(JSON.parse(line)).toMatchObject({ schema: "decision/1", kind: "remove" });
    const launches = stdout
      .split("\n")
      .filter((text) => text.includes('"kind":"launch"'))
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    for (const launch of launches)
      expect(launch).toMatchObject({
        machine: expect.any(String) as string,
        pricePerHour: expect.any(Number) as number,
        reason: expect.any(String) as string,
      });
    expect(code).toBe(0);
  });
});

describe("a thousand pods in thirty deployments", () => {
  // The shape of the end-to-end workload: 1,000 pods of 30 sizes.
  const sizes = (index: number): { readonly cpu: string; readonly memory: string } => ({
    cpu: `${[100, 200, 250, 500, 750, 1000][index % 6]}m`,
    memory: `${[128, 256, 512, 1024, 2048][index % 5]}Mi`,
  });
  const manifests = Array.from({ length: 30 }, (_, index) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `small-${index}` },
    spec: {
      replicas: index < 10 ? 34 : 33,
      selector: { matchLabels: { app: `small-${index}` } },
      template: {
        metadata: { labels: { app: `small-${index}` } },
        spec: {
          containers: [{ name: "c", image: "registry.k8s.io/pause:3.10", resources: { requests: sizes(index) } }],
        },
      },
    },
  }));

  it("is bound in time and memory", async () => {
    const { writeFile } = await import("node:fs/promises");
    const file = join(folder, "small.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }));
    const running = startKarpenter(["up", "-f", file, ...ports, "--kubeconfig-out", kubeconfig()]);
    const started = performance.now();
    const [, url = ""] = await running.waitFor(/dashboard {4}(\S+)/, 30_000);
    await untilRunning(url, 1_000);
    const seconds = (performance.now() - started) / 1000;
    const memory = await peakMemoryMiB(running.child.pid ?? 0);
    running.child.kill("SIGINT");
    await running.ended;
    // The bars are 15 s and 400 MiB; a timing fails here only beyond three times its bar.
    expect(seconds).toBeLessThan(45);
    expect(memory).toBeLessThan(400);
  });
});

// The manifests are other people's data and not part of the project: where they are absent there is nothing to run.
describe.skipIf(!hasWorkloads || !hasKubectl)("kubectl and the embedded cluster", () => {
  const timeScale = 3;
  let running: Running | undefined;
  afterAll(async () => {
    running?.child.kill("SIGINT");
    await running?.ended;
  });
  const kubectl = (...args: string[]): string =>
    execFileSync("kubectl", ["--kubeconfig", kubeconfig(), ...args], { encoding: "utf8" });

  it("shows nodes, claims and pods, and sees the machines go once everything is scaled to 0", async () => {
    running = startKarpenter([
      "up",
      "-f",
      join(workloadsDirectory, "online-boutique"),
      ...ports,
      "--time-scale",
      String(timeScale),
      "--kubeconfig-out",
      kubeconfig(),
    ]);
    const [, url = ""] = await running.waitFor(/dashboard {4}(\S+)/, 30_000);
    await untilRunning(url, 12);
    const shown = kubectl("get", "nodes,nodeclaims,pods", "-A");
    expect(shown).toMatch(/node\/ip-\S+ +Ready/);
    expect(shown).toMatch(/nodeclaim\.karpenter\.sh\/general-\w+ +\S+ +(spot|on-demand) +us-east-1\w +ip-\S+ +True/);
    expect(shown.match(/1\/1 +Running/g)).toHaveLength(12);
    const scaled = performance.now();
    for (const deployment of kubectl("get", "deployments", "-o", "name").trim().split("\n"))
      kubectl("scale", deployment, "--replicas=0");
    await until(() => kubectl("get", "nodes", "-o", "name").trim() === "", 90_000);
    // The sample pool waits 30 s; a minute more is the bar, on the cluster's own clock.
    expect(((performance.now() - scaled) / 1000) * timeScale).toBeLessThan(90);
    await until(() => kubectl("get", "nodeclaims", "-o", "name").trim() === "", 10_000);
  });
});

async function untilRunning(url: string, pods: number): Promise<void> {
  await until(async () => {
    const state = (await (await fetch(`${url}/status.json`)).json()) as { readonly pods: { readonly running: number } };
    return state.pods.running >= pods;
  }, 120_000);
}

async function until(holds: () => boolean | Promise<boolean>, milliseconds: number): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > milliseconds) throw new Error(`not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
