/** The founding document's objects, run by the command line as a user runs it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runKarpenter } from "./process.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "v1alpha5-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("[R45] [R48] up -f examples/v1alpha5 runs the GPU pod, the team's 200 replicas and the job on machines of Provisioners", async () => {
  const { code, stdout } = await runKarpenter([
    "up",
    "-f",
    "examples/v1alpha5",
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
  expect(JSON.parse(stdout)).toMatchObject({
    pods: { running: 202, pending: 0, failed: 0 },
    unplaced: [],
    refused: [],
  });
  expect(code).toBe(0);
});
