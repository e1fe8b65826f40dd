/** `npm run corpus -- disruption DIR`: our end states beside recorded ones (product 4.2). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readState } from "./read-state.ts";
import { type Fixpoint, type FixpointOptions, runToFixpoint } from "./to-fixpoint.ts";

/** What the reference reached; absent for states that were never recorded. */
interface RecordedEnd {
  readonly final: { readonly nodes: number; readonly pricePerHour: number };
  readonly podsMoved: number;
  readonly repeatFinals?: readonly { readonly nodes: number; readonly pricePerHour: number }[];
  readonly fitBounds?: { readonly fitLp: number; readonly greedyPack: { readonly pricePerHour: number } };
}

type CaseClass = "better" | "equal" | "worse" | "recorded-nothing";

interface Difference {
  readonly class: string;
  readonly text: string;
}

export interface DisruptionLine {
  readonly schema: "corpus/1";
  readonly name: string;
  readonly class: CaseClass;
  readonly valid: boolean;
  readonly placed: number;
  readonly unplaced: number;
  readonly referencePlaced: number;
  readonly price: number;
  readonly referencePrice: number | null;
  readonly referenceMin: number | null;
  readonly referenceMax: number | null;
  readonly nodes: number;
  readonly referenceNodes: number | null;
  readonly milliseconds: number;
  readonly differences: readonly Difference[];
  readonly evictions: number;
  readonly referenceEvictions: number | null;
  readonly bound: number | null;
  readonly greedyPack: number | null;
  readonly commands: number;
  readonly mostMoves: number;
  readonly initialPrice: number;
}

interface Command {
  readonly files: readonly string[];
  readonly catalogues: string;
  readonly json: boolean;
  readonly policy: FixpointOptions["policy"];
  readonly burstable: "allow" | "avoid";
  readonly maxEvictions: "reference" | number;
  readonly workUnits: number | undefined;
  readonly rehearsals: number;
}

/** How much dearer than the reference's dearest repeat an end state may be. */
const tolerance = 1.005;

/** Exit code: 0 fine, 1 when some state is worse, 2 for wrong use or input that cannot be read. */
export function runDisruption(args: readonly string[]): number {
  try {
    return run(readCommand(args));
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
      burstable: { type: "string", default: "allow" },
      "max-evictions": { type: "string" },
      "work-units": { type: "string" },
      rehearsals: { type: "string", default: "0" },
      case: { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error("expected one folder of recorded states");
  const { policy, burstable, json, case: only } = values;
  if (burstable !== "allow" && burstable !== "avoid")
    throw new Error(`--burstable ${burstable}: expected allow or avoid`);
  if (policy !== "cheapest" && policy !== "compatible")
    throw new Error(`--policy ${policy}: expected cheapest or compatible`);
  return {
    files: stateFiles(folder, only),
    catalogues: catalogueFolder(folder),
    json,
    policy,
    burstable,
    maxEvictions: evictionCap(values["max-evictions"]),
    workUnits: values["work-units"] === undefined ? undefined : Number(values["work-units"]),
    rehearsals: wholeNumber("--rehearsals", values.rehearsals),
  };
}

function evictionCap(given: string | undefined): Command["maxEvictions"] {
  if (given === undefined) return Number.POSITIVE_INFINITY;
  if (given === "reference") return "reference";
  return wholeNumber("--max-evictions", given, "reference or a number");
}

function wholeNumber(option: string, given: string, expected = "a number"): number {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 0) throw new Error(`${option} ${given}: expected ${expected}`);
  return count;
}

/** The folder itself or its `disruption`. */
function stateFiles(folder: string, only: string | undefined): readonly string[] {
  const place = existsSync(join(folder, "disruption")) ? join(folder, "disruption") : folder;
  if (!existsSync(place)) throw new Error(`${folder}: no such folder; expected one with recorded states NAME.json`);
  const files = readdirSync(place)
    .filter((name) => /\.json(\.gz)?$/.test(name) && !name.includes(".result."))
    .filter((name) => only === undefined || name.startsWith(`${only}.json`))
    .sort()
    .map((name) => join(place, name));
  if (files.length === 0) throw new Error(`${folder}: no state ${only ?? "NAME"}.json`);
  return files;
}

function catalogueFolder(folder: string): string {
  const above = dirname(folder.replace(/\/+$/, ""));
  const places = [join(folder, "catalogues"), join(above, "catalogues"), folder];
  const found = places.find((place) => existsSync(join(place, "catalogue-on-demand.json")));
  if (found === undefined) throw new Error(`no folder "catalogues" in ${folder} or beside it`);
  return found;
}

function run(command: Command): number {
  const lines: DisruptionLine[] = [];
  for (const file of command.files) {
    const line = judge(file, command);
    lines.push(line);
    process.stdout.write(command.json ? `${JSON.stringify(line)}\n` : rowOf(line));
  }
  const total = totalOf(lines);
  process.stdout.write(
    command.json
      ? `${JSON.stringify(total)}\n`
      : `${total.cases} states, ${total.valid} valid: ${total.better} better, ${total.equal} equal, ${total.worse} worse; ${total.price} $/h against ${total.referencePrice}\n`,
  );
  return total.worse === 0 && total.valid === total.cases ? 0 : 1;
}

function judge(file: string, command: Command): DisruptionLine {
  const read = readState(file, command.catalogues);
  const recorded = recordedEnd(file);
  const cap = command.maxEvictions;
  const maxEvictions = cap === "reference" ? (recorded?.podsMoved ?? Number.POSITIVE_INFINITY) : cap;
  const started = performance.now();
  const found = runToFixpoint(read, {
    policy: command.policy,
    burstable: command.burstable,
    maxEvictions,
    rehearsals: command.rehearsals,
    verify: true,
    ...(command.workUnits === undefined ? {} : { workUnits: command.workUnits }),
  });
  return lineOf(basename(file).replace(/\.json(\.gz)?$/, ""), {
    found,
    recorded,
    milliseconds: performance.now() - started,
  });
}

function recordedEnd(file: string): RecordedEnd | undefined {
  const result = file.replace(/\.json(\.gz)?$/, ".result.json");
  return existsSync(result) ? (JSON.parse(readFileSync(result, "utf8")) as RecordedEnd) : undefined;
}

function lineOf(
  name: string,
  from: { readonly found: Fixpoint; readonly recorded: RecordedEnd | undefined; readonly milliseconds: number },
): DisruptionLine {
  const { found, recorded } = from;
  const ends = [...(recorded?.repeatFinals ?? []), ...(recorded === undefined ? [] : [recorded.final])];
  const prices = ends.map(({ pricePerHour }) => pricePerHour);
  const placed = podsOn(found);
  const own = { price: rounded(found.final.price), max: prices.length === 0 ? null : Math.max(...prices) };
  return {
    schema: "corpus/1",
    name,
    class: classOf(found.final.price, prices),
    valid: found.faults.length === 0 && found.mostMoves <= 2,
    placed,
    unplaced: 0,
    referencePlaced: placed,
    price: own.price,
    referencePrice: recorded?.final.pricePerHour ?? null,
    referenceMin: prices.length === 0 ? null : Math.min(...prices),
    referenceMax: own.max,
    nodes: found.final.nodes,
    referenceNodes: recorded?.final.nodes ?? null,
    milliseconds: Math.round(from.milliseconds),
    differences: differencesOf(found),
    evictions: found.evictions,
    referenceEvictions: recorded?.podsMoved ?? null,
    bound: recorded?.fitBounds?.fitLp ?? (found.bound === undefined ? null : rounded(found.bound)),
    greedyPack: recorded?.fitBounds?.greedyPack.pricePerHour ?? null,
    commands: found.commands.length,
    mostMoves: found.mostMoves,
    initialPrice: rounded(found.initial.price),
  };
}

const rounded = (price: number): number => Number(price.toFixed(6));

const podsOn = ({ state }: Fixpoint): number => [...state.pods].filter(([, { bound }]) => bound !== undefined).length;

function classOf(price: number, prices: readonly number[]): CaseClass {
  if (prices.length === 0) return "recorded-nothing";
  if (price > Math.max(...prices) * tolerance) return "worse";
  return price < Math.min(...prices) - 1e-6 ? "better" : "equal";
}

function differencesOf({ faults, mostMoves }: Fixpoint): readonly Difference[] {
  return [
    ...faults.slice(0, 20).map((text) => ({ class: "invalid", text })),
    ...(mostMoves > 2 ? [{ class: "invalid", text: `a pod was moved ${mostMoves} times` }] : []),
  ];
}

function totalOf(lines: readonly DisruptionLine[]) {
  const count = (wanted: CaseClass): number => lines.filter((line) => line.class === wanted).length;
  const sum = (of: (line: DisruptionLine) => number): number =>
    rounded(lines.reduce((total, line) => total + of(line), 0));
  return {
    schema: "corpus-total/1",
    total: true,
    cases: lines.length,
    valid: lines.filter(({ valid }) => valid).length,
    better: count("better"),
    equal: count("equal"),
    intended: 0,
    worse: count("worse"),
    missingPods: 0,
    price: sum(({ price }) => price),
    referencePrice: sum(({ referencePrice }) => referencePrice ?? 0),
    evictions: sum(({ evictions }) => evictions),
    referenceEvictions: sum(({ referenceEvictions }) => referenceEvictions ?? 0),
    exactCases: 0,
    exactEqual: 0,
  };
}

function rowOf(line: DisruptionLine): string {
  const told = line.differences.map(({ class: kind, text }) => `    ${kind}: ${text}\n`).join("");
  const cells = [
    line.name.padEnd(32),
    line.class.padEnd(8),
    `${line.initialPrice} -> ${line.price} $/h (${line.referenceMin ?? "?"} to ${line.referenceMax ?? "?"}, greedy ${line.greedyPack ?? "?"})`.padEnd(
      64,
    ),
    `${line.evictions} evictions (${line.referenceEvictions ?? "?"})`,
    `${line.commands} commands, ${line.nodes} nodes, ${line.milliseconds} ms`,
  ];
  return `${cells.join(" ")}\n${told}`;
}
