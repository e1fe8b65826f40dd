import { renderColumns, renderMarkdownTable, type TextTable } from "../output/columns.ts";
import type { CompareReport, PoolTotals } from "../../studies/index.ts";

export const renderCompareTable = (report: CompareReport): string =>
  [
    renderColumns(totalsTable(report)),
    ...(report.pools.length === 0 ? [] : [renderColumns(poolsTable(report))]),
    closingText(report),
  ].join("\n");

export const renderCompareMarkdown = (report: CompareReport): string =>
  [
    `**${headline(report)}**\n`,
    renderMarkdownTable(totalsTable(report)),
    ...(report.pools.length === 0 ? [] : [renderMarkdownTable(poolsTable(report))]),
    closingText(report),
  ].join("\n");

function headline({ delta, before }: CompareReport): string {
  const share =
    before.pricePerMonth === 0 ? "" : ` (${signed(100 * (delta.pricePerMonth / before.pricePerMonth), 1)} %)`;
  return delta.pricePerMonth === 0
    ? "The cost stays as it is."
    : `${signed(delta.pricePerMonth, 2)} $/month${share}, ${delta.nodes === 0 ? "as many" : signed(delta.nodes, 0)} nodes`;
}

function totalsTable({ before, after, delta }: CompareReport): TextTable {
  const row = (name: string, key: keyof typeof before, digits: number): readonly string[] => [
    name,
    before[key].toFixed(digits),
    after[key].toFixed(digits),
    signed(delta[key], digits),
  ];
  return {
    headings: ["", "before", "after", "change"],
    rows: [
      row("$/month", "pricePerMonth", 2),
      row("$/h", "pricePerHour", 4),
      row("nodes", "nodes", 0),
      row("pods", "pods", 0),
      row("pods placed", "placed", 0),
      row("pods without a place", "unplaced", 0),
    ],
    figures: new Set([1, 2, 3]),
  };
}

function poolsTable({ pools }: CompareReport): TextTable {
  return {
    headings: ["pool", "nodes", "pods", "pods per node", "$/h", "types before", "types after"],
    rows: pools.map(({ pool, before, after }) => [
      pool,
      change(before.nodes, after.nodes, 0),
      change(before.pods, after.pods, 0),
      change(perNode(before), perNode(after), 1),
      change(before.pricePerHour, after.pricePerHour, 4),
      typesText(before),
      typesText(after),
    ]),
  };
}

function closingText({ evictions, newlyUnplaced }: CompareReport): string {
  const lines = [
    `To get from one to the other, ${evictions === 1 ? "1 pod has" : `${evictions} pods have`} to move.`,
    ...(newlyUnplaced.length === 0 ? [] : [`Newly without a place: ${newlyUnplaced.join(", ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}

const perNode = ({ nodes, pods }: PoolTotals): number => (nodes === 0 ? 0 : pods / nodes);

const change = (before: number, after: number, digits: number): string =>
  before === after ? before.toFixed(digits) : `${before.toFixed(digits)} -> ${after.toFixed(digits)}`;

const typesText = ({ types }: PoolTotals): string =>
  Object.entries(types)
    .map(([type, nodes]) => (nodes === 1 ? type : `${type} x${nodes}`))
    .join(", ");

const signed = (number: number, digits: number): string => `${number > 0 ? "+" : ""}${number.toFixed(digits)}`;
