import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCommand } from "../../../test/builders/cli.ts";
import type { SimulateReport } from "../../studies/index.ts";
import type { UpSummary } from "../up/summary.ts";

/** Other people's manifests, which are not part of the project. */
const workloads = process.env["WORKLOADS_DIR"] ?? join("..", "shared", "data", "workloads");

async function launched(folder: string): Promise<UpSummary> {
  const out = mkdtempSync(join(tmpdir(), "up-"));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const words = ["up", "-f", folder, "--until", "settled", "--timeout", "150s", "--output", "json"];
  const free = ["--api-port", "0", "--http-port", "0", "--kubeconfig-out", join(out, "kubeconfig")];
  const { output, errors } = await runCommand([...words, ...free]);
  expect(output, errors).not.toBe("");
  return JSON.parse(output) as UpSummary;
}

async function foretell(folder: string): Promise<{ readonly nodes: number; readonly pricePerHour: string }> {
  const before = process.cpuUsage();
  const { output } = await runCommand(["simulate", "-f", folder, "-o", "json"]);
  const { user, system } = process.cpuUsage(before);
  // Two seconds on a quiet machine (issue 10); of the processor's time, three times that is borne.
  expect((user + system) / 1e6).toBeLessThan(6);
  const { nodes, pricePerHour } = JSON.parse(output) as SimulateReport;
  return { nodes: nodes.length, pricePerHour: pricePerHour.toFixed(6) };
}

// Skipped where the data of others is not there; CI has it (product 8).
describe.skipIf(!existsSync(workloads) && process.env["CI"] === undefined)("what simulate foretells", () => {
  // Side by side, as most of a cluster's time is waiting; at the speed of the clock, so that no lease is lost on a busy machine.
  it("costs what the embedded cluster launches for the same input", async () => {
    const names = ["online-boutique", "kube-prometheus", "cockroachdb", "vllm"];
    const summaries = await Promise.all(names.map((name) => launched(join(workloads, name))));
    const real = summaries.map(({ nodes, pricePerHour }) => ({ nodes, pricePerHour: pricePerHour.toFixed(6) }));
    const foretold = [];
    for (const name of names) foretold.push(await foretell(join(workloads, name)));
    expect(foretold).toEqual(real);
  }, 180_000);
});
