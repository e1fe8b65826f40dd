import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { catalogueFolder, recordingFiles } from "./case-files.ts";
import { type CaseLine, judgeCase, type JudgeOptions, type Judgement } from "./judge-case.ts";
import { type CostLine, judgeCost, meanGaps } from "./judge-cost.ts";
import { planRecord } from "./plan-record.ts";
import { readRecordings, type Recording } from "./recorded-result.ts";
import { type TotalLine, totalOf } from "./totals.ts";

interface Command extends JudgeOptions {
  readonly files: readonly string[];
  /** The only case wanted. */
  readonly only: string | undefined;
  readonly json: boolean;
  readonly plans: string | undefined;
}

/** Exit code: 0 fine, 1 when some case is worse than the reference, 2 for wrong use or input that cannot be read. */
export function runProvisioning(mode: "scheduling" | "cost", args: readonly string[]): number {
  try {
    return run(mode, readCommand(args));
  } catch (error) {
    process.stderr.write(`corpus: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      policy: { type: "string", default: "cheapest" },
      "node-charge": { type: "string", default: "0" },
      plans: { type: "string" },
      case: { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error("expected one folder of recorded cases");
  const { policy, plans, json, case: name } = values;
  if (policy !== "cheapest" && policy !== "compatible")
    throw new Error(`--policy ${policy}: expected cheapest or compatible`);
  const nodeCharge = Number(values["node-charge"]);
  if (!(nodeCharge >= 0)) throw new Error(`--node-charge ${values["node-charge"]}: expected USD an hour, 0 or more`);
  return {
    files: recordingFiles(folder),
    only: name,
    catalogues: catalogueFolder(folder),
    policy,
    nodeCharge,
    json,
    plans,
  };
}

function run(mode: "scheduling" | "cost", command: Command): number {
  const lines: (CaseLine | CostLine)[] = [];
  for (const recording of recordingsOf(command)) {
    const judged = mode === "cost" ? judgeCost(recording, command) : judgeCase(recording, command);
    lines.push(judged.line);
    process.stdout.write(command.json ? `${JSON.stringify(judged.line)}\n` : rowOf(judged.line));
    if (command.plans !== undefined) writePlan(command.plans, recording.case.name, judged);
  }
  if (lines.length === 0) throw new Error(`--case ${command.only ?? ""}: there is no such case`);
  const total = totalOf(lines);
  process.stdout.write(command.json ? `${JSON.stringify(total)}\n` : summaryOf(total));
  if (!command.json && mode === "cost") process.stdout.write(gapsText(lines as readonly CostLine[]));
  return total.worse === 0 ? 0 : 1;
}

function* recordingsOf({ files, only }: Command): Generator<Recording, void> {
  for (const file of files) {
    for (const recording of readRecordings(file))
      if (only === undefined || recording.case.name === only) yield recording;
  }
}

function writePlan(folder: string, name: string, { plan }: Judgement): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(planRecord(plan))}\n`);
}

function rowOf(line: CaseLine): string {
  const { name, price, referencePrice, placed, referencePlaced, nodes, referenceNodes } = line;
  const cells = [
    name.padEnd(40),
    line.class.padEnd(9),
    `${placed}/${referencePlaced} pods`.padEnd(16),
    `${price.toFixed(4)} $/h (${referencePrice.toFixed(4)})`.padEnd(28),
    `${nodes} nodes (${referenceNodes})`,
  ];
  const told = line.differences.map(
    ({ class: kind, text, section }) => `    ${kind}: ${text}${section === undefined ? "" : ` [${section}]`}\n`,
  );
  return `${cells.join(" ")}\n${told.join("")}`;
}

function summaryOf(total: TotalLine): string {
  const { cases, valid, better, equal, intended, worse, missingPods, price, referencePrice, exactCases, exactEqual } =
    total;
  return [
    `${cases} cases, ${valid} valid: ${better} better, ${equal} equal, ${intended} intended, ${worse} worse; ${missingPods} pods missing`,
    `${price.toFixed(4)} $/h against ${referencePrice.toFixed(4)} (${((1 - price / referencePrice) * 100).toFixed(1)} % less); ${total.aboveCheapest} above the reference's cheapest outcome, of which ${total.aboveCheapestHolding} where what it decided can run`,
    `${total.apart.length} place more pods than the reference ever does: ${total.apart.join(", ") || "none"}`,
    `compatible: ${exactEqual} of ${exactCases} exact cases equal`,
    "",
  ].join("\n");
}

const gapsText = (lines: readonly CostLine[]): string =>
  meanGaps(lines)
    .map(({ group, gap, cases }) => `${group}: mean gap ${(gap * 100).toFixed(2)} % over ${cases} cases\n`)
    .join("");
