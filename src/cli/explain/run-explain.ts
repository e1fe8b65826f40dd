import { explain, type ExplainReport, withQuietTimes } from "../../studies/index.ts";
import { CliError } from "../cli-error.ts";
import { type InputFlags, openInput } from "../offline/open-input.ts";
import { openMarket } from "../offline/read-offline.ts";
import { dataText, isDataForm } from "../output/data.ts";
import type { Terminal } from "../terminal.ts";

export interface ExplainFlags extends InputFlags {
  readonly output: "table" | "json" | "yaml";
  readonly namespace?: string;
}

/** 0 with an answer; 2 when there is no such object. */
export async function runExplain(object: string, flags: ExplainFlags, terminal: Terminal): Promise<number> {
  const market = await openMarket(flags, terminal);
  const input = await openInput(flags, market, terminal);
  const explained = explain(withQuietTimes(input.state, input.now), { object, namespace: flags.namespace });
  if (!explained.ok) throw new CliError(explained.failure.message);
  const report = explained.value;
  terminal.output.write(isDataForm(flags.output) ? dataText(report, flags.output) : render(report));
  return input.exitCode;
}

function render({ object, verdict, reasons, remedies, costPerMonth }: ExplainReport): string {
  const lines = [
    `${object}: ${verdict}`,
    ...reasons.map(({ layer, object: of, text }) => `  - ${layer}${of === undefined ? "" : `, ${of}`}: ${text}`),
    ...(costPerMonth === undefined ? [] : [`as it is, it costs ${costPerMonth.toFixed(2)} $/month`]),
    ...(remedies.length === 0 ? [] : ["what would change that (each tried on the engine):"]),
    ...remedies.map(({ text, object: of }) => `  - ${text} (${of})`),
  ];
  return `${lines.join("\n")}\n`;
}
