import { labels } from "../../api/index.ts";
import { kubernetesArchOf } from "../../provider-aws/catalogue/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { openMarket, tell } from "../offline/read-offline.ts";
import { renderColumns } from "../output/columns.ts";
import type { Terminal } from "../terminal.ts";
import { chosenFilters, type Filter, type FilterValues, unanswerable } from "./filters.ts";
import { flexibleFilter, likeFilter } from "./suites.ts";
import { type TypeEntry, typeEntries, type TypeRow } from "./type-row.ts";

export interface InstanceTypesFlags extends FilterValues {
  readonly region: string;
  readonly prices?: string;
  readonly like?: string;
  readonly baseInstanceType?: string;
  readonly flexible: boolean;
  readonly maxResults: number;
  readonly sortBy: SortKey;
  readonly sortDirection: "ascending" | "descending";
  readonly output: "names" | "table" | "table-wide" | "one-line" | "json";
  readonly asRequirements: boolean;
}

/** Shorthands of the selector, and the columns that they are. */
const sortColumns = {
  name: "name",
  vcpus: "vcpus",
  memory: "memoryGib",
  gpus: "gpus",
  "gpu-memory-total": "gpuMemoryGib",
  "network-interfaces": "networkInterfaces",
  "network-performance": "networkGbps",
  "inference-accelerators": "accelerators",
  "instance-storage": "localStorageGb",
  "on-demand-price": "onDemandPrice",
  "spot-price": "spotPrice",
} as const satisfies Readonly<Record<string, keyof TypeRow>>;

export type SortKey = keyof typeof sortColumns;

export const sortKeys = Object.keys(sortColumns);

/** 0 with types, 1 when no type meets the filters (spec: operations 6.2). */
export async function runInstanceTypes(flags: InstanceTypesFlags, terminal: Terminal): Promise<number> {
  const unknown = unanswerable(flags);
  if (unknown.length > 0)
    throw new CliError(`the catalogue that ships with the project does not hold what ${unknown.join(", ")} asks for`);
  const entries = typeEntries(await openMarket(flags, terminal));
  const filters = [...chosenFilters(flags), ...suitesOf(flags, entries)];
  const found = sorted(
    entries.filter((entry) => filters.every((passes) => passes(entry))),
    flags,
  );
  if (found.length === 0) {
    if (flags.output === "json") terminal.output.write("[]\n");
    tell(terminal, "no machine type meets all of that: the criteria are too narrow");
    return exitCodes.findings;
  }
  if (flags.asRequirements) {
    terminal.output.write(requirementsText(found));
    return exitCodes.fine;
  }
  const shown = found.slice(0, flags.maxResults);
  terminal.output.write(render(shown, flags.output));
  if (shown.length < found.length)
    tell(terminal, `${shown.length} of ${found.length} types shown; --max-results ${found.length} shows all`);
  return exitCodes.fine;
}

function suitesOf(flags: InstanceTypesFlags, entries: readonly TypeEntry[]): readonly Filter[] {
  const like = flags.like ?? flags.baseInstanceType;
  const suites = flags.flexible ? [flexibleFilter(flags)] : [];
  if (like === undefined) return suites;
  const base = entries.find(({ row }) => row.name === like);
  if (base === undefined) throw new CliError(`--like ${like}: ${flags.region} has no such machine type`);
  return [...suites, likeFilter(base)];
}

/** Types whose figure is not known come last either way; equal ones by name. */
function sorted(entries: readonly TypeEntry[], { sortBy, sortDirection }: InstanceTypesFlags): readonly TypeEntry[] {
  const column = sortColumns[sortBy];
  const sign = sortDirection === "descending" ? -1 : 1;
  return entries.toSorted(({ row: a }, { row: b }) => {
    const [left, right] = [a[column], b[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byName(a, b);
    return left === right ? byName(a, b) : left < right ? -sign : sign;
  });
}

const byName = (a: TypeRow, b: TypeRow): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function render(entries: readonly TypeEntry[], form: InstanceTypesFlags["output"]): string {
  const rows = entries.map(({ row }) => row);
  switch (form) {
    case "json":
      return `${JSON.stringify(rows)}\n`;
    case "one-line":
      return `${rows.map(({ name }) => name).join(",")}\n`;
    case "table":
      return renderColumns({
        headings: ["instance type", "vcpus", "mem (gib)"],
        rows: rows.map(({ name, vcpus, memoryGib }) => [name, String(vcpus), String(memoryGib)]),
        figures: new Set([1, 2]),
      });
    case "table-wide":
      return wideTable(rows);
    default:
      return `${rows.map(({ name }) => name).join("\n")}\n`;
  }
}

const wideHeadings = [
  "instance type",
  "vcpus",
  "mem (gib)",
  "hypervisor",
  "current gen",
  "cpu arch",
  "network (gbit/s)",
  "enis",
  "gpus",
  "gpu mem (gib)",
  "gpu info",
  "on-demand $/h",
  "spot $/h",
];

const wideTable = (rows: readonly TypeRow[]): string =>
  renderColumns({
    headings: wideHeadings,
    rows: rows.map((row) => [
      row.name,
      String(row.vcpus),
      String(row.memoryGib),
      row.hypervisor,
      String(row.currentGeneration),
      row.cpuArchitecture,
      row.networkGbps === 0 ? "unknown" : String(row.networkGbps),
      String(row.networkInterfaces),
      String(row.gpus),
      String(row.gpuMemoryGib),
      row.gpuInfo === "" ? "none" : row.gpuInfo,
      priceText(row.onDemandPrice),
      priceText(row.spotPrice),
    ]),
    figures: new Set([1, 2, 6, 7, 8, 9, 11, 12]),
  });

const priceText = (price: number | null): string => (price === null ? "unknown" : price.toFixed(4));

/** Requirements of a NodePool that allow these types and no others. */
function requirementsText(entries: readonly TypeEntry[]): string {
  const arches = [...new Set(entries.flatMap(({ facts }) => kubernetesArchOf(facts) ?? []))];
  const names = entries.map(({ row }) => row.name);
  return [
    "requirements:",
    ...requirementLines(labels.arch, arches.toSorted()),
    ...requirementLines(labels.instanceType, names),
    "",
  ].join("\n");
}

const requirementLines = (key: string, values: readonly string[]): readonly string[] => [
  `  - key: ${key}`,
  "    operator: In",
  "    values:",
  ...values.map((value) => `      - ${value}`),
];
