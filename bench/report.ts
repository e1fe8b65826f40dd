/**
 * `npm run -s bench -- --json > lines.jsonl && node bench/report.ts lines.jsonl`: writes the engine's part of
 * docs/benchmarks.md from what the bench printed. The rest of the page is left as it is.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { references } from "./reference.ts";

interface Line {
  readonly name: string;
  readonly seconds: number;
  readonly pods: number;
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly peakRssMiB: number;
}

const page = new URL("../docs/benchmarks.md", import.meta.url);
const [begin, end] = ["<!-- engine: made by bench/report.ts -->", "<!-- end of engine -->"];

function section(lines: readonly Line[]): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return [
    begin,
    "## The engine",
    "",
    `Measured with \`npm run bench\` on ${machine}. One process for each case, first call included: the timer runs from parsed`,
    "API objects to the plan with its reasons, and an independent verifier accepts the plan. `schedule-incremental-10000` is the",
    "99th percentile of 50 rounds, events included. Reference figures are of the same kind of machine.",
    "",
    "| Case | Seconds | Bar | Reference | Pods | Nodes (reference) | USD an hour (reference) | Peak MiB |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...lines.map(row),
    end,
  ].join("\n");
}

function row({ name, seconds, pods, nodes, pricePerHour, peakRssMiB }: Line): string {
  const { reference, barSeconds, ...theirs } = references[name] ?? { reference: "" };
  const beside = (own: string, their: number | undefined): string => (their === undefined ? own : `${own} (${their})`);
  const cells = [
    name,
    seconds.toFixed(3),
    barSeconds ?? "",
    reference,
    pods,
    beside(String(nodes), theirs.nodes),
    beside(pricePerHour.toFixed(2), theirs.pricePerHour),
    peakRssMiB,
  ];
  return `| ${cells.join(" | ")} |`;
}

function readLines(file: string): readonly Line[] {
  const texts = readFileSync(file, "utf8").split("\n");
  return texts.filter((text) => text.startsWith("{")).map((text) => JSON.parse(text) as Line);
}

const file = process.argv[2];
if (file === undefined) throw new Error("which file holds the lines of the bench? node bench/report.ts FILE");
const made = section(readLines(file));
const before = existsSync(page) ? readFileSync(page, "utf8") : "# Benchmarks\n";
const [from, to] = [before.indexOf(begin), before.indexOf(end)];
const after =
  from < 0 || to < 0
    ? `${before.trimEnd()}\n\n${made}\n`
    : before.slice(0, from) + made + before.slice(to + end.length);
writeFileSync(page, after);
