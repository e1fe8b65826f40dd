import { commandText, planNow, type PlanReport, withQuietTimes } from "../../studies/index.ts";
import { CliError } from "../cli-error.ts";
import { type InputFlags, openInput } from "../offline/open-input.ts";
import { openMarket } from "../offline/read-offline.ts";
import { renderColumns } from "../output/columns.ts";
import { perHour } from "../output/money.ts";
import { workloadsText } from "../simulate/render.ts";
import { dataText, isDataForm } from "../output/data.ts";
import type { Terminal } from "../terminal.ts";

export interface PlanFlags extends InputFlags {
  readonly output: "table" | "json" | "yaml";
}

/** What the controller would do now; reads, and writes nothing. 0 always: a plan is no finding. */
export async function runPlan(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const market = await openMarket(flags, terminal);
  const input = await openInput(flags, market, terminal);
  const planned = planNow(withQuietTimes(input.state, input.now));
  if (!planned.ok) {
    const { budget, message } = planned.failure;
    throw new CliError(`PodDisruptionBudget ${budget} cannot be read: ${message}`);
  }
  const plan = planned.value;
  terminal.output.write(isDataForm(flags.output) ? dataText(plan, flags.output) : render(plan));
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
