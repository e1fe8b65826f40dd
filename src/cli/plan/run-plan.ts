import { openInput, type InputFlags } from "../offline/open-input.ts";
import { openMarket } from "../offline/read-offline.ts";
import { withQuietTimes } from "../offline/as-it-would-stand.ts";
import { disruptionOf } from "../explain/explain-node.ts";
import { renderColumns } from "../output/columns.ts";
import { hoursPerMonth, perHour } from "../output/money.ts";
import { commandReport } from "../simulate/command-report.ts";
import { commandText, workloadsText } from "../simulate/render.ts";
import type { CommandReport, SimulatedNode, UnplacedReport } from "../simulate/report.ts";
import { simulate, simulationOptions } from "../simulate/simulate.ts";
import type { Terminal } from "../terminal.ts";

export interface PlanFlags extends InputFlags {
  readonly output: "table" | "json";
}

interface Kept {
  readonly node: string;
  readonly code: string;
  readonly text: string;
  /** USD; 0 where the price is not known. */
  readonly pricePerMonth: number;
}

export interface PlanReport {
  readonly schema: "plan/1";
  readonly snapshot: number;
  readonly launches: readonly SimulatedNode[];
  readonly commands: readonly CommandReport[];
  readonly kept: readonly Kept[];
  readonly unplaced: readonly UnplacedReport[];
}

/** What the controller would do now; reads, and writes nothing. 0 always: a plan is no finding. */
export async function runPlan(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const market = await openMarket(flags, terminal);
  const input = await openInput(flags, market, terminal);
  const options = simulationOptions();
  const snapshot = withQuietTimes(input.state, input.now);
  const { report } = simulate(snapshot, options);
  const disruption = disruptionOf(snapshot, options);
  const plan: PlanReport = {
    schema: "plan/1",
    snapshot: snapshot.version,
    launches: report.nodes,
    commands: disruption.commands.map(commandReport),
    kept: disruption.kept.map(({ node, code, text, price }) => ({
      node: node.name,
      code,
      text,
      pricePerMonth: Number((price * hoursPerMonth).toFixed(2)),
    })),
    unplaced: report.unplaced,
  };
  terminal.output.write(flags.output === "json" ? `${JSON.stringify(plan)}\n` : render(plan));
  return input.exitCode;
}

function render({ launches, commands, kept, unplaced }: PlanReport): string {
  const lines = [
    launches.length === 0 ? "launches nothing" : "launches:",
    ...launches.map(
      ({ pool, type, zone, capacityType, pricePerHour, pods }) =>
        `  ${type} of ${pool} (${capacityType}, ${zone}, ${perHour(pricePerHour)}) for ${workloadsText(pods)}`,
    ),
    commands.length === 0 ? "removes nothing" : "removes:",
    ...commands.map((command) => `  ${commandText(command)}`),
    ...unplaced.map(({ pod, reasons }) => `no place for ${pod}: ${reasons[0]?.text ?? "not attempted"}`),
    "",
  ];
  if (kept.length === 0) return lines.join("\n");
  const table = renderColumns({
    headings: ["kept", "$/month", "why"],
    rows: kept.map(({ node, pricePerMonth, text }) => [node, pricePerMonth.toFixed(2), text]),
    figures: new Set([1]),
  });
  return `${lines.join("\n")}\n${table}`;
}
