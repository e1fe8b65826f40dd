/**
 * `node test/corpus-disruption/report.ts ALLOW.jsonl AVOID.jsonl`: the consolidation part of docs/benchmarks.md, from lines of
 * `npm run -s corpus -- disruption DIR --json` with burstable machines and (`--burstable avoid`) without. The rest of the
 * page is left as it is.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { DisruptionLine } from "./run-disruption.ts";

const page = new URL("../../docs/benchmarks.md", import.meta.url);
const [begin, end] = [
  "<!-- consolidation: made by test/corpus-disruption/report.ts -->",
  "<!-- end of consolidation -->",
];

const [allowed, avoided] = process.argv.slice(2).map(readLines);
if (allowed === undefined || avoided === undefined)
  throw new Error("which files hold the lines? node test/corpus-disruption/report.ts ALLOW.jsonl AVOID.jsonl");
const before = existsSync(page) ? readFileSync(page, "utf8") : "# Benchmarks\n";
const [from, to] = [before.indexOf(begin), before.indexOf(end)];
const made = section(allowed, avoided);
writeFileSync(
  page,
  from < 0 || to < 0
    ? `${before.trimEnd()}\n\n${made}\n`
    : before.slice(0, from) + made + before.slice(to + end.length),
);

function readLines(file: string): readonly DisruptionLine[] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((text) => text.startsWith("{"));
  return lines.map((text) => JSON.parse(text) as DisruptionLine).filter(({ schema }) => schema === "corpus/1");
}

function section(lines: readonly DisruptionLine[], without: readonly DisruptionLine[]): string {
  const sum = (of: readonly DisruptionLine[], price: (line: DisruptionLine) => number | null): string =>
    of.reduce((total, line) => total + (price(line) ?? 0), 0).toFixed(2);
  const total = ["all", "", sum(lines, (line) => line.referencePrice), sum(lines, (line) => line.price)];
  return [
    begin,
    "## Consolidation",
    "",
    "`npm run corpus -- disruption DIR`: recorded states, consolidated until nothing more is proposed, USD an hour. *Greedy* is a",
    "packing from scratch that nobody has to migrate to. The last column is with `--burstable avoid`.",
    "",
    "| State | before | reference | ours | greedy | evictions (reference) | commands | without t machines |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...lines.map((line) =>
      rowOf(
        line,
        without.find(({ name }) => name === line.name),
      ),
    ),
    `| ${[...total, sum(lines, (line) => line.greedyPack), "", "", sum(without, (line) => line.price)].join(" | ")} |`,
    end,
  ].join("\n");
}

function rowOf(line: DisruptionLine, without: DisruptionLine | undefined): string {
  const dollars = (price: number | null | undefined): string => price?.toFixed(3) ?? "";
  const cells = [
    line.name,
    dollars(line.initialPrice),
    dollars(line.referencePrice),
    dollars(line.price),
    dollars(line.greedyPack),
    `${line.evictions} (${line.referenceEvictions ?? "?"})`,
    line.commands,
    dollars(without?.price),
  ];
  return `| ${cells.join(" | ")} |`;
}
