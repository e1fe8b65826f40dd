/**
 * `npm run bench:e2e -- [WORKLOAD…] [--consolidate] [--types FILE] [--workloads DIR] [--profile] [--json] [--write]`: each
 * workload on a fresh control plane; see README.md. Exit 1 when a bar is missed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ControlPlaneMissing, prepareBinaries, prepareMeter } from "../build.ts";
import { type Measurement, measure, type PhaseLine } from "./measure.ts";
import { reference } from "./reference.ts";
import { excesses, figuresOf, sectionOf, withSection } from "./table.ts";

const here = fileURLToPath(new URL("../", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      consolidate: { type: "boolean", default: false },
      types: { type: "string" },
      workloads: { type: "string" },
      profile: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const folder = values.workloads ?? process.env.E2E_WORKLOADS_DIR ?? join(here, "workloads");
  const there = existsSync(folder) ? workloadsIn(folder) : [];
  const unknown = positionals.filter((name) => !there.includes(name));
  if (there.length === 0 || unknown.length > 0)
    throw new RangeError(`no workload ${unknown.join(", ")} in ${folder}; there are: ${there.join(", ") || "none"}`);
  // From the smallest to the largest; those that the reference was not measured with come last.
  const order = Object.keys(reference);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const wanted = positionals.length === 0 ? there : positionals;
  return { ...values, folder, names: wanted.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)) };
}

const workloadsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && name !== "pool.yaml")
    .map((name) => basename(name, ".yaml"))
    .toSorted();

const end = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => end.abort(new Error(`stopped by ${signal}`)));
}

function tell(workload: string, line: PhaseLine, json: boolean): readonly string[] {
  const missed = excesses(workload, line);
  if (json) {
    process.stdout.write(`${JSON.stringify({ schema: "e2e/1", name: workload, ...line })}\n`);
    return missed;
  }
  const { seconds, nodes, pricePerHour, cpuSeconds, peakRssMiB } = figuresOf(line);
  const cells = [
    `${workload} ${line.phase}`.padEnd(16),
    `${seconds.toFixed(1)} s`.padStart(9),
    `${nodes} nodes`.padStart(12),
    `${pricePerHour.toFixed(2)} USD/h`.padStart(15),
    `${cpuSeconds.toFixed(2)} CPU s`.padStart(14),
    `${peakRssMiB.toFixed(0)} MiB`.padStart(10),
    `others ${line.foreignCores.toFixed(2)} cores`.padStart(20),
    missed.length === 0 ? "" : `  MISSED: ${missed.join("; ")}`,
  ];
  process.stdout.write(`${cells.join("")}\n`);
  return missed;
}

async function run(): Promise<boolean> {
  const { names, folder, types, consolidate, profile, json, write } = readArguments();
  const { signal } = end;
  const report = (text: string): void => console.error(`e2e: ${text}`);
  report("building the product");
  const compiler = spawnSync(join(root, "node_modules/.bin/tsc"), ["-b"], { cwd: root, stdio: "inherit" });
  if (compiler.status !== 0) report("the types are not right; measuring what could be built");
  const binaries = await prepareBinaries({ report, signal });
  const meter = await prepareMeter({ report, signal });
  const reports = join(root, "reports", "e2e");
  const measurements: Measurement[] = [];
  let fine = true;
  for (const workload of names) {
    const settings = { workload, folder, binaries, meter, typesFile: types, consolidate, reports, profile, signal };
    const measurement = await measure(settings);
    measurements.push(measurement);
    for (const line of measurement.phases) fine = tell(workload, line, json).length === 0 && fine;
  }
  if (write) writeSection(measurements);
  return fine;
}

function writeSection(measurements: readonly Measurement[]): void {
  const file = join(root, "docs", "benchmarks.md");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "# Benchmarks\n";
  const kubernetes = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(here, "go.mod"), "utf8"))?.[1] ?? "";
  const date = new Date().toISOString().slice(0, 10);
  const section = sectionOf(measurements, {
    date,
    cores: availableParallelism(),
    node: process.versions.node,
    kubernetes,
  });
  writeFileSync(file, withSection(text, section));
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  const isWrongUse = error instanceof RangeError || error instanceof ControlPlaneMissing || error instanceof TypeError;
  console.error(isWrongUse ? `e2e: ${error.message}` : error);
  process.exitCode = end.signal.aborted ? 130 : 2;
}
