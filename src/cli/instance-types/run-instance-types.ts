import { labels } from "../../api/index.ts";
import { kubernetesArchOf } from "../../provider-aws/catalogue/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { openMarket, tell } from "../offline/read-offline.ts";
import { renderColumns } from "../output/columns.ts";
import { dataText, isDataForm } from "../output/data.ts";
import type { Terminal } from "../terminal.ts";
import { browseTypes } from "./browse.ts";
import { chosenFilters, type Filter, type FilterValues } from "./filters.ts";
import { detailsOf, hasFigure, inOrder, type TypeOrder } from "./order.ts";
import { flexibleFilter, likeFilter } from "./suites.ts";
import { type TypeEntry, typeEntries } from "./type-row.ts";
import { wideFigures, wideHeadings, wideRow } from "./wide-table.ts";

export const typeForms = ["names", "table", "table-wide", "one-line", "json", "yaml", "interactive"] as const;

export interface InstanceTypesFlags extends FilterValues {
  readonly region: string;
  readonly prices?: string;
  readonly like?: string;
  readonly baseInstanceType?: string;
  readonly flexible: boolean;
  readonly maxResults: number;
  readonly instanceTypes?: readonly string[];
  readonly availabilityZones?: readonly string[];
  readonly service?: string;
  readonly verbose: boolean;
  readonly sortBy: string;
  readonly sortDirection: "ascending" | "descending";
  readonly output: (typeof typeForms)[number];
  readonly asRequirements: boolean;
}

/** 0 with types, 1 when no type meets the filters (spec: operations 6.2). */
export async function runInstanceTypes(flags: InstanceTypesFlags, terminal: Terminal): Promise<number> {
  tellOfService(flags.service, terminal);
  const entries = typeEntries(await openMarket(flags, terminal));
  const unknown = (flags.instanceTypes ?? []).filter((name) => !entries.some(({ row }) => row.name === name));
  if (unknown.length > 0) tell(terminal, `${flags.region} has no machine type named ${unknown.join(", ")}`);
  if (!entries.some((entry) => hasFigure(entry, flags.sortBy)))
    throw new CliError(`--sort-by ${flags.sortBy}: no type has that; --verbose shows what there is`);
  tellOfZones(flags, entries, terminal);
  const filters = [...chosenFilters(flags), ...suitesOf(flags, entries)];
  const order: TypeOrder = { key: flags.sortBy, descending: flags.sortDirection === "descending" };
  const found = inOrder(
    entries.filter((entry) => filters.every((passes) => passes(entry))),
    order,
  );
  if (found.length === 0) {
    if (flags.verbose || isDataForm(flags.output)) terminal.output.write("[]\n");
    tell(terminal, "no machine type meets all of that: the criteria are too narrow");
    return exitCodes.findings;
  }
  if (flags.asRequirements) {
    const requirements = requirementsOf(found);
    terminal.output.write(dataText({ requirements }, flags.output === "json" ? "json" : "yaml"));
    return exitCodes.fine;
  }
  if (flags.output === "interactive") return browseTypes(found, order, terminal);
  const shown = found.slice(0, flags.maxResults);
  terminal.output.write(flags.verbose ? dataText(shown.map(detailsOf), "json") : render(shown, flags.output));
  if (shown.length < found.length)
    tell(terminal, `${shown.length} of ${found.length} types shown; --max-results ${found.length} shows all`);
  return exitCodes.fine;
}

function tellOfZones(
  { availabilityZones = [], region }: InstanceTypesFlags,
  entries: readonly TypeEntry[],
  terminal: Terminal,
): void {
  const known = new Set(entries.flatMap(({ row }) => [...row.zones, ...row.zoneIds]));
  const unknown = availabilityZones.filter((zone) => !known.has(zone));
  if (unknown.length > 0) tell(terminal, `no type of ${region} is offered in a zone ${unknown.join(", ")}`);
}

/** `eks` was never a filter; which types a release of EMR takes is not in the catalogue (spec: operations 6.2). */
function tellOfService(service: string | undefined, terminal: Terminal): void {
  if (service === undefined) return;
  if (service !== "eks")
    throw new CliError(
      `--service ${service}: the catalogue does not hold which types it takes; name them with --instance-types`,
    );
  tell(terminal, "--service eks filters nothing: EKS takes every type");
}

function suitesOf(flags: InstanceTypesFlags, entries: readonly TypeEntry[]): readonly Filter[] {
  const like = flags.like ?? flags.baseInstanceType;
  const suites = flags.flexible ? [flexibleFilter(flags)] : [];
  if (like === undefined) return suites;
  const base = entries.find(({ row }) => row.name === like);
  if (base === undefined) throw new CliError(`--like ${like}: ${flags.region} has no such machine type`);
  return [...suites, likeFilter(base)];
}

function render(entries: readonly TypeEntry[], form: InstanceTypesFlags["output"]): string {
  const rows = entries.map(({ row }) => row);
  switch (form) {
    case "json":
    case "yaml":
      return dataText(rows, form);
    case "one-line":
      return `${rows.map(({ name }) => name).join(",")}\n`;
    case "table":
      return renderColumns({
        headings: ["instance type", "vcpus", "mem (gib)"],
        rows: rows.map(({ name, vcpus, memoryGib }) => [name, String(vcpus), String(memoryGib)]),
        figures: new Set([1, 2]),
      });
    case "table-wide":
      return renderColumns({ headings: wideHeadings, rows: rows.map(wideRow), figures: wideFigures });
    default:
      return `${rows.map(({ name }) => name).join("\n")}\n`;
  }
}

/** Requirements of a NodePool that allow these types and no others. */
function requirementsOf(entries: readonly TypeEntry[]) {
  const arches = [...new Set(entries.flatMap(({ facts }) => kubernetesArchOf(facts) ?? []))];
  const names = entries.map(({ row }) => row.name);
  return [
    { key: labels.arch, operator: "In", values: arches.toSorted() },
    { key: labels.instanceType, operator: "In", values: names },
  ];
}
