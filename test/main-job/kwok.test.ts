import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runKarpenter } from "./process.ts";

it("runs the sample application on nodes without machines, and says what they would cost", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kwok-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const places = ["--api-port", "0", "--http-port", "0", "--kubeconfig-out", join(folder, "kubeconfig")];
  const settled = ["--until", "settled", "--timeout", "60s", "--output", "json"];
  const { code, stdout, stderr } = await runKarpenter(["up", "--cloud", "kwok", ...places, ...settled]);
  expect(stderr).toContain("test-zone-");
  const summary = JSON.parse(stdout) as { readonly pricePerHour: number; readonly nodes: number };
  expect(summary).toMatchObject({ schema: "up/1", pods: { pending: 0, failed: 0 }, unplaced: [], refused: [] });
  expect(summary.nodes).toBeGreaterThan(0);
  expect(summary.pricePerHour).toBeGreaterThan(0);
  expect(code).toBe(0);
});
