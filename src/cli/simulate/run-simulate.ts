import { lowerBound } from "../../bound/index.ts";
import {
  compare,
  type CompareReport,
  consolidate,
  simulateInTurn,
  type SimulateReport,
  type Simulation,
  simulationOptions,
} from "../../studies/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import type { OfflineFlags } from "../offline/offline-flags.ts";
import { type OfflineInput, openMarket, readOffline, tell } from "../offline/read-offline.ts";
import { dataText, isDataForm } from "../output/data.ts";
import type { Terminal } from "../terminal.ts";
import { renderCompareMarkdown, renderCompareTable } from "./render-compare.ts";
import { renderMarkdown, renderTable } from "./render.ts";

export interface SimulateFlags extends OfflineFlags {
  readonly compare?: readonly string[];
  readonly consolidate: boolean;
  readonly output: "table" | "json" | "yaml" | "markdown";
}

/** 0 when every pod has a place, 1 when one has none or an object was refused, 2 when a document cannot be parsed. */
export async function runSimulate(flags: SimulateFlags, terminal: Terminal): Promise<number> {
  const market = await openMarket(flags, terminal);
  const options = simulationOptions();
  const study = async (filename: readonly string[]): Promise<{ report: SimulateReport; exitCode: number }> => {
    const input = await readOffline({ ...flags, filename }, market, terminal);
    const simulation = simulateInTurn(input, input.turnOf, { ...options, bound: lowerBound });
    const report = flags.consolidate ? consolidated(input, simulation, options) : simulation.report;
    if (flags.prices === undefined && report.nodes.some(({ capacityType }) => capacityType === "spot"))
      tell(terminal, "spot prices are simulated, 30 to 60 % of on demand; --prices takes your own");
    return { report, exitCode: Math.max(input.exitCode, report.unplaced.length > 0 ? exitCodes.findings : 0) };
  };
  const first = await study(flags.filename);
  if (flags.compare === undefined) {
    terminal.output.write(renderOne(first.report, flags.output));
    return first.exitCode;
  }
  const second = await study(flags.compare);
  terminal.output.write(renderTwo(compare(first.report, second.report), flags.output));
  return Math.max(first.exitCode === exitCodes.wrongUse ? exitCodes.wrongUse : 0, second.exitCode);
}

function consolidated(
  input: OfflineInput,
  simulation: Simulation,
  options: Parameters<typeof consolidate>[2],
): SimulateReport {
  const report = consolidate(input, simulation, options);
  if (report.ok) return report.value;
  const { budget, message } = report.failure;
  throw new CliError(`consolidation cannot be simulated: PodDisruptionBudget ${budget} cannot be read: ${message}`);
}

function renderOne(report: SimulateReport, form: SimulateFlags["output"]): string {
  if (isDataForm(form)) return dataText(report, form);
  return form === "markdown" ? renderMarkdown(report) : renderTable(report);
}

function renderTwo(report: CompareReport, form: SimulateFlags["output"]): string {
  if (isDataForm(form)) return dataText(report, form);
  return form === "markdown" ? renderCompareMarkdown(report) : renderCompareTable(report);
}
