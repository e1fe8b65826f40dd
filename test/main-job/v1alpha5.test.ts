/** The founding document's objects, run by the command line as a user runs it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runKarpenter, type Running, startKarpenter } from "./process.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "v1alpha5-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Time runs three times as fast; much faster, and a busy machine would lose its lease. */
function startExample(): Running {
  const ports = ["--api-port", "0", "--http-port", "0", "--kubeconfig-out", join(folder, "kubeconfig")];
  return startKarpenter(["up", "-f", "examples/v1alpha5", "--time-scale", "3", "--log-format", "json", ...ports]);
}

interface Line {
  readonly kind: string;
  readonly time: string;
  readonly pods: readonly string[];
  readonly machine?: string;
  readonly node?: string;
  readonly capacityType?: string;
  readonly nodeClaim?: string;
}

const linesOf = (running: Running): readonly Line[] =>
  running
    .seen()
    .split("\n")
    .filter((text) => text.startsWith('{"schema":"decision/1"'))
    .map((text) => JSON.parse(text) as Line);

it("[R45] [R48] [R49] [R69] [R28] up -f examples/v1alpha5: GPU machine empty for a minute goes, the limit line, 200 replicas, a spot warning", async () => {
  const running = startExample();
  try {
    // The line that alarms look for, word for word, on standard error.
    await running.waitFor(/"message":"cpu resource usage of 6 exceeds limit of 4"/, 120_000);
    const launches = linesOf(running).filter(({ kind }) => kind === "launch");
    const team = launches.flatMap(({ pods }) => pods).filter((pod) => pod.startsWith("default/workload-my-team-"));
    expect(new Set(team).size).toBe(200);
    await running.waitFor(/"kind":"remove"[^\n]*"p3\.16xlarge"|"p3\.16xlarge"[^\n]*"kind":"remove"/, 120_000);
    const seconds = (kind: string): number =>
      Date.parse(linesOf(running).find((line) => line.kind === kind && line.machine === "p3.16xlarge")?.time ?? "") /
      1000;
    expect(seconds("remove") - seconds("launched")).toBeGreaterThan(60);
    expect(linesOf(running).filter(({ machine, kind }) => machine === "p3.8xlarge" && kind === "remove")).toEqual([]);
    const before = linesOf(running).length;
    const spot = linesOf(running).find(
      ({ kind, capacityType }) => kind === "launched" && capacityType === "spot",
    )?.nodeClaim;
    const node =
      linesOf(running).find(({ kind, nodeClaim }) => kind === "registered" && nodeClaim === spot)?.node ?? "";
    const fault = await runKarpenter(["fault", "interrupt", node, "--kubeconfig", join(folder, "kubeconfig")]);
    expect(fault.code).toBe(0);
    await running.waitFor(new RegExp(`"kind":"interrupted".*"node":"${node}"`), 60_000);
    await expect
      .poll(
        () =>
          linesOf(running)
            .slice(before)
            .some(({ kind, nodeClaim: gone }) => kind === "terminated" && gone === spot),
        {
          timeout: 60_000,
        },
      )
      .toBe(true);
    expect(
      linesOf(running)
        .slice(before)
        .some(({ kind }) => kind === "launch"),
    ).toBe(true);
  } finally {
    running.child.kill("SIGTERM");
    await running.ended;
  }
});
