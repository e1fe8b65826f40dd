import type { ReplayReport, ReplaySettingReport } from "../../studies/index.ts";
import { renderColumns, renderMarkdownTable, type TextTable } from "../output/columns.ts";

/** Settings side by side, then what kept pods from running. */
export function renderReplay(report: ReplayReport, form: "table" | "markdown"): string {
  const table = settingsTable(report.settings);
  const lines = [
    `${report.pods} pods over ${spanText(report.seconds)}${report.chart === null ? "" : `; chart in ${report.chart}`}`,
    ...report.settings.flatMap(refusalLines),
  ];
  return `${form === "markdown" ? renderMarkdownTable(table) : renderColumns(table)}\n${lines.join("\n")}\n`;
}

const settingsTable = (settings: readonly ReplaySettingReport[]): TextTable => ({
  headings: ["setting", "$", "node hours", "peak nodes", "launched", "pod seconds pending", "evictions", "never ran"],
  rows: settings.map((each) => [
    each.name,
    each.dollars.toFixed(2),
    each.nodeHours.toFixed(1),
    String(each.peakNodes),
    String(each.launched),
    String(each.podSecondsPending),
    String(each.evictions),
    String(each.neverRan),
  ]),
  figures: new Set([1, 2, 3, 4, 5, 6, 7]),
});

/** Reasons shown of each setting; the JSON form has all. */
const shownReasons = 3;

const refusalLines = ({ name, neverRan, reasons }: ReplaySettingReport): readonly string[] =>
  neverRan === 0
    ? []
    : [
        `${name}: ${neverRan} pods never ran`,
        ...reasons.slice(0, shownReasons).map(({ text, pods }) => `  - ${pods}: ${text}`),
      ];

function spanText(seconds: number): string {
  const [days, hours] = [seconds / 86_400, seconds / 3600];
  if (days >= 2) return `${days.toFixed(1)} days`;
  return hours >= 2 ? `${hours.toFixed(1)} hours` : `${seconds.toFixed(0)} seconds`;
}
