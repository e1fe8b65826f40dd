/** The week's part of docs/benchmarks.md; the rest of the page is left as it is. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Week } from "./live.ts";

export interface WeekLine extends Week {
  readonly schema: "week/1";
  readonly rules: string;
  readonly weeks: number;
  readonly days: number;
  readonly wallSeconds: number;
}

const [begin, end] = [
  "<!-- simulated week: written by npm run sim:week -- --write -->",
  "<!-- end of simulated week -->",
];

/** What is told of the lines, as a section in Markdown. */
export function sectionOf(lines: readonly WeekLine[]): string {
  const [first] = lines;
  return [
    begin,
    "## A simulated week",
    "",
    `\`npm run sim:week\`: ${first?.pods ?? 0} pods of ${first?.weeks ?? 0} weeks of a public trace (openb, without GPUs) laid over each other come and`,
    `go in ${first?.days ?? 0} days of virtual time, each as a Deployment of one replica, on the embedded cluster with the AWS provider and`,
    "the simulated account. One pool of on-demand machines (c, m and r of the sixth generation), disruption by its defaults.",
    "A repeated eviction is one of a workload within an hour of its last; a cycle is a machine given up and bought back for the",
    "same pods within ten minutes. `compatible` is upstream's packing, methods and waits in our engine.",
    "",
    "| Rules | USD | machines launched | evictions | repeated | cycles | wait of 99 % of the pods, s |",
    "|---|--:|--:|--:|--:|--:|--:|",
    ...lines.map(rowOf),
    end,
  ].join("\n");
}

const rowOf = ({ rules, dollars, launched, evictions, repeated, cycles, waitMilliseconds }: WeekLine): string =>
  `| ${[rules, dollars.toFixed(2), launched, evictions, repeated, cycles, (waitMilliseconds / 1000).toFixed(0)].join(" | ")} |`;

export const withSection = (page: string, section: string): string => {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < 0) return `${page.trimEnd()}\n\n${section}\n`;
  return page.slice(0, from) + section + page.slice(to + end.length);
};

export function writeSection(page: URL, lines: readonly WeekLine[]): void {
  const before = existsSync(page) ? readFileSync(page, "utf8") : "# Benchmarks\n";
  writeFileSync(page, withSection(before, sectionOf(lines)));
}
