import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runKarpenter, workloadsDirectory } from "./process.ts";

const hasWorkloads = existsSync(workloadsDirectory);
if (!hasWorkloads && process.env.CI === "true") throw new Error(`WORKLOADS_DIR: there is no ${workloadsDirectory}`);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manifests-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Summary {
  readonly pods: { readonly running: number; readonly pending: number; readonly failed: number };
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly seconds: number;
  readonly unplaced: readonly unknown[];
  readonly refused: readonly { readonly object: string }[];
}

async function settle(
  place: string,
): Promise<{ readonly code: number | null; readonly summary: Summary; readonly stderr: string }> {
  const { code, stdout, stderr } = await runKarpenter([
    "up",
    "-f",
    place,
    "--until",
    "settled",
    "--timeout",
    "120s",
    "--output",
    "json",
    "--api-port",
    "0",
    "--http-port",
    "0",
    "--kubeconfig-out",
    join(folder, "kubeconfig"),
  ]);
  return { code, stderr, summary: JSON.parse(stdout) as Summary };
}

// The manifests are other people's data and not part of the project: where they are absent there is nothing to run.
describe.skipIf(!hasWorkloads)("public manifests on the embedded cluster", () => {
  it.each([
    ["online-boutique", 12, []],
    ["kube-prometheus", 7, []],
    ["vllm", 1, []],
    ["cockroachdb", 3, ["policy/v1beta1 PodDisruptionBudget cockroachdb-budget"]],
  ])("runs every pod of %s", async (name, pods, refused) => {
    const { code, summary } = await settle(join(workloadsDirectory, name));
    expect(summary.pods).toMatchObject({ pending: 0, failed: 0 });
    expect(summary.pods.running).toBeGreaterThanOrEqual(pods);
    expect(summary.refused.map(({ object }) => object)).toEqual(refused);
    expect(summary.unplaced).toEqual([]);
    expect(summary.seconds).toBeLessThan(60);
    expect(code).toBe(refused.length === 0 ? 0 : 1);
  });

  it("runs all of them together, refusing only the budget of a version that is gone", async () => {
    const { code, summary, stderr } = await settle(workloadsDirectory);
    expect(summary.pods).toMatchObject({ pending: 0, failed: 0 });
    expect(summary.refused.map(({ object }) => object)).toEqual([
      "policy/v1beta1 PodDisruptionBudget cockroachdb-budget",
    ]);
    expect(stderr).toMatch(
      /cockroachdb-statefulset\.yaml:57:1: policy\/v1beta1 PodDisruptionBudget cockroachdb-budget: no matches for kind/,
    );
    expect(summary.pricePerHour).toBeGreaterThan(0);
    expect(code).toBe(1);
  });
});
