/** The picture as lines of a terminal of a given width; nothing here knows escape codes but through `paint`. */
import { hoursPerMonth } from "../../studies/index.ts";
import { cut } from "../screen/cut.ts";
import type { Paint } from "../terminal.ts";
import { amountText, type TopModel, type TopNode } from "./model.ts";
import { shownNodes, type TopView } from "./view.ts";

export interface ScreenOptions {
  readonly columns: number;
  /** All lines when absent. */
  readonly rows?: number;
  readonly paint: Paint;
  readonly resources: readonly string[];
  readonly extraLabels: readonly string[];
  readonly withPrices: boolean;
  /** When it was read, or what went wrong since. */
  readonly note: string;
}

export function screenLines(model: TopModel, view: TopView, options: ScreenOptions): readonly string[] {
  const nodes = shownNodes(model.nodes, view);
  const head = headLines(model, nodes, options);
  const body = view.help ? helpLines : bodyLines(model, nodes, { view, options });
  const foot = footLine(view, nodes.length, options);
  if (options.rows === undefined) return [...head, ...body].map((line) => cut(line, options.columns));
  const space = Math.max(1, options.rows - head.length - 1);
  const top = Math.min(view.top, Math.max(0, body.length - space));
  const shown = body.slice(top, top + space);
  const filled = [...shown, ...Array.from({ length: space - shown.length }, () => "")];
  return [...head, ...filled, foot].map((line) => cut(line, options.columns));
}

/** Lines of the body that fit: what a page is. */
export const pageOf = (rows: number, resources: number): number => Math.max(1, rows - resources - 3);

function headLines({ pods }: TopModel, nodes: readonly TopNode[], options: ScreenOptions): readonly string[] {
  const { resources, note, withPrices } = options;
  const lines = resources.map((resource, at) => {
    const { used, of } = summed(nodes, resource);
    const price = at === 0 && withPrices ? `  ${priceText(nodes)}` : "";
    const label = `${resource} ${amountText(resource, used)}/${amountText(resource, of)}`;
    return `${String(nodes.length)} nodes  ${label}  ${bar(used, of, options)}${price}`;
  });
  const total = pods.bound + pods.pending;
  return [...lines, `${total} pods (${pods.pending} pending, ${pods.running} running, ${pods.bound} bound)  ${note}`];
}

function bodyLines(
  { pools }: TopModel,
  nodes: readonly TopNode[],
  { view, options }: { readonly view: TopView; readonly options: ScreenOptions },
): readonly string[] {
  const widths = widthsOf(nodes);
  const line = (node: TopNode): readonly string[] => nodeLines(node, widths, options);
  if (!view.grouped) return nodes.flatMap(line);
  const groups = Map.groupBy(nodes, ({ pool }) => pool);
  return [...groups.keys()].toSorted().flatMap((pool) => {
    const own = groups.get(pool) ?? [];
    const limits = pools.find(({ name }) => name === pool)?.limits ?? [];
    return ["", poolLine(pool, own, { limits, options }), ...own.flatMap(line)];
  });
}

function poolLine(
  pool: string,
  nodes: readonly TopNode[],
  { limits, options }: { readonly limits: readonly string[]; readonly options: ScreenOptions },
): string {
  const [first = "cpu"] = options.resources;
  const { used, of } = summed(nodes, first);
  const price = options.withPrices ? `  ${priceText(nodes)}` : "";
  const told = limits.length === 0 ? "" : `  limits: ${limits.join(", ")}`;
  const name = options.paint("bold", pool === "" ? "(no pool)" : pool);
  return `${name}  ${nodes.length} nodes  ${bar(used, of, options)}${price}${told}`;
}

interface Widths {
  readonly name: number;
  readonly type: number;
}

/** The longest name, as far as it leaves room for the rest. */
const widthsOf = (nodes: readonly TopNode[]): Widths => ({
  name: Math.min(44, Math.max(4, ...nodes.map(({ name }) => name.length))),
  type: Math.min(16, Math.max(4, ...nodes.map(({ type }) => type.length))),
});

/** On a narrow terminal the name and its bar are what is left. */
function nodeLines(node: TopNode, widths: Widths, options: ScreenOptions): readonly string[] {
  const { columns, resources, extraLabels, withPrices, paint } = options;
  const [first = "cpu", ...others] = resources;
  const nameWidth = Math.min(widths.name, Math.max(8, columns - 26));
  const name = node.name.length > nameWidth ? `${node.name.slice(0, nameWidth - 1)}~` : node.name.padEnd(nameWidth);
  const price = node.pricePerHour === null ? "-" : node.pricePerHour.toFixed(4);
  const cells = [
    name,
    resourceCell(node, first, options),
    `${node.pods}/${node.podsMost}`.padStart(7),
    node.type.padEnd(widths.type),
    ...(withPrices ? [price.padStart(8)] : []),
    (node.capacityType === "" ? "-" : node.capacityType).padEnd(9),
    paint(stageStyle(node), node.stage.padEnd(11)),
    ageText(node.ageSeconds).padStart(4),
    ...extraLabels.map((label) => (node.labels[label] ?? "-").padEnd(12)),
    paint("dim", node.disruption),
  ];
  const indent = " ".repeat(nameWidth + 1);
  return [
    cells.join(" "),
    ...others.map((resource) => `${indent}${resourceCell(node, resource, options)} ${resource}`),
  ];
}

const stageStyle = ({ stage }: TopNode): "green" | "yellow" | "red" | "cyan" =>
  stage === "ready"
    ? "green"
    : stage === "leaving" || stage === "cordoned"
      ? "yellow"
      : stage === "not ready"
        ? "red"
        : "cyan";

function resourceCell(node: TopNode, resource: string, options: ScreenOptions): string {
  const { used = 0, of = 0 } = node.resources[resource] ?? {};
  return bar(used, of, options);
}

const barCells = 12;

/** Green above 90 % of use, yellow above 60, else red: what is paid for and not used is what to look at. */
function bar(used: number, of: number, { paint }: ScreenOptions): string {
  const share = of > 0 ? used / of : 0;
  const filled = Math.max(0, Math.min(barCells, Math.round(share * barCells)));
  const style = share > 0.9 ? "green" : share > 0.6 ? "yellow" : "red";
  return `${paint(style, "█".repeat(filled))}${"░".repeat(barCells - filled)} ${`${Math.round(share * 100)}%`.padStart(4)}`;
}

function priceText(nodes: readonly TopNode[]): string {
  const perHour = nodes.reduce((sum, { pricePerHour }) => sum + (pricePerHour ?? 0), 0);
  const unknown = nodes.filter(({ pricePerHour }) => pricePerHour === null).length;
  return `$${perHour.toFixed(3)}/hour $${(perHour * hoursPerMonth).toFixed(2)}/month${unknown === 0 ? "" : ` (${unknown} without a price)`}`;
}

function summed(nodes: readonly TopNode[], resource: string): { readonly used: number; readonly of: number } {
  let [used, of] = [0, 0];
  for (const { resources } of nodes) {
    used += resources[resource]?.used ?? 0;
    of += resources[resource]?.of ?? 0;
  }
  return { used, of };
}

function ageText(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

const helpLines = [
  "",
  "up, down, j, k    a line            left, right, space    a page",
  "s                 next sort key     r                     turn the order round",
  "g                 group by pool     /                     filter; Enter keeps it, Esc drops it",
  "? or h            this help         q, Esc, Ctrl-C        leave",
];

function footLine(view: TopView, count: number, { paint }: ScreenOptions): string {
  if (view.isTyping) return `filter: ${view.filter}_`;
  const order = `${view.sort.key}${view.sort.descending ? " down" : ""}`;
  const filter = view.filter === "" ? "" : `  filter "${view.filter}" (${count})`;
  return paint("dim", `sort ${order}${filter}  s sort  r reverse  g group  / filter  ? help  q quit`);
}
