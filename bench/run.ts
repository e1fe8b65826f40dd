/** `npm run bench -- [--json] [NAME...]`: each case in a process of its own, so that peak memory is the case's own. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { benchCases } from "./cases/index.ts";

const caseNames = benchCases.map(({ name }) => name);

function wantedNames(args: readonly string[]): readonly string[] {
  const names = args.filter((arg) => arg !== "--json");
  const unknown = names.filter((name) => !caseNames.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`bench: no case is called ${unknown.join(", ")}; there are ${caseNames.join(", ")}\n`);
    process.exit(2);
  }
  return names.length === 0 ? caseNames : names;
}

function runCase(name: string): string {
  const script = fileURLToPath(new URL("./run-case.ts", import.meta.url));
  const run = spawnSync(process.execPath, [script, name], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (run.status !== 0) {
    process.stderr.write(`bench: case ${name} failed (exit code ${run.status ?? "none"})\n`);
    process.exit(1);
  }
  return run.stdout.trim();
}

const columns = ["name", "seconds", "pods", "placed", "nodes", "pricePerHour", "evictions", "peakRssMiB", "inputHash"];

const widthOf = (column: string): number => (column === "name" ? 30 : 14);

function tableRow(line: Readonly<Record<string, string | number>>): string {
  return columns.map((column) => String(line[column] ?? "-").padEnd(widthOf(column))).join("");
}

const json = process.argv.includes("--json");
if (!json) process.stdout.write(`${columns.map((column) => column.padEnd(widthOf(column))).join("")}\n`);
for (const name of wantedNames(process.argv.slice(2))) {
  const text = runCase(name);
  process.stdout.write(`${json ? text : tableRow(JSON.parse(text) as Readonly<Record<string, string | number>>)}\n`);
}
