/**
 * The project's own trace: `time,action,workload,cpu,memory,gpu,count`. Time is seconds since the trace began, or RFC 3339;
 * `add` lets `count` pods of the workload come, `remove` lets its oldest go, `scale` says how many it has from then on.
 * Sizes are Kubernetes quantities and may be left out where the workload has told them before.
 */
import { parseTimestamp } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { amountIn, type CsvRow, type CsvTable } from "./csv-rows.ts";
import { type Trace, traceOf, type TracePod, type TraceProblem } from "./trace.ts";

export const ownHeadings = ["time", "action", "workload"] as const;

interface Size {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

interface Workload {
  readonly live: TracePod[];
  size?: Size;
  made: number;
}

const actions: ReadonlySet<string> = new Set(["add", "remove", "scale"]);

export function readOwnCsv({ rows }: CsvTable): Trace {
  const problems: TraceProblem[] = [];
  const pods: TracePod[] = [];
  const workloads = new Map<string, Workload>();
  let end = 0;
  for (const { row, at } of inOrder(rows, problems)) {
    const action = row.cell("action");
    const name = row.cell("workload");
    const workload = workloads.get(name) ?? { live: [], made: 0 };
    const size = sizeIn(row, workload.size, problems);
    const count = row.cell("count") === "" ? 1 : amountIn(row, "count", problems);
    if (!isUsable(row, problems) || size === undefined || count === undefined) continue;
    workloads.set(name, workload);
    workload.size = size;
    const wanted = wantedOf(action, workload.live.length, count);
    while (workload.live.length < wanted) {
      workload.made += 1;
      workload.live.push({ name: `${name}-${workload.made}`, workload: name, arrives: at, ...size });
    }
    while (workload.live.length > wanted) {
      const oldest = workload.live.shift();
      if (oldest !== undefined) pods.push({ ...oldest, leaves: at });
    }
    end = Math.max(end, at);
  }
  const staying = [...workloads.values()].flatMap(({ live }) => live);
  return traceOf([...pods, ...staying], { problems, endMillis: end });
}

function wantedOf(action: string, now: number, count: number): number {
  if (action === "scale") return count;
  return action === "add" ? now + count : Math.max(0, now - count);
}

/** Rows in order of time; one that stands after a later one is told. */
function inOrder(
  rows: readonly CsvRow[],
  problems: TraceProblem[],
): readonly { readonly row: CsvRow; readonly at: number }[] {
  const read = rows.flatMap((row) => {
    const millis = millisOf(row.cell("time"));
    if (millis !== undefined) return [{ row, millis }];
    const message = `time: found "${row.cell("time")}", expected seconds of 0 or more, or a time such as 2026-01-01T00:00:00Z`;
    problems.push({ line: row.line, column: row.columnOf("time"), message });
    return [];
  });
  let latest = Number.NEGATIVE_INFINITY;
  for (const { row, millis } of read) {
    if (millis < latest) {
      const message = `time: "${row.cell("time")}" is earlier than a line before it; played in order of time`;
      problems.push({ line: row.line, column: row.columnOf("time"), message });
    }
    latest = Math.max(latest, millis);
  }
  const first = read.reduce((least, { millis }) => Math.min(least, millis), Number.POSITIVE_INFINITY);
  const isCalendar = first > calendarMillis;
  return read
    .toSorted((a, b) => a.millis - b.millis || a.row.line - b.row.line)
    .map(({ row, millis }) => ({ row, at: isCalendar ? millis - first : millis }));
}

/** Later than any trace that counts from its own beginning lasts: 1973, or three years. */
const calendarMillis = 100_000_000_000;

function millisOf(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  return text === "" ? undefined : parseTimestamp(text);
}

function sizeIn(row: CsvRow, before: Size | undefined, problems: TraceProblem[]): Size | undefined {
  const [cpu, memory, gpu] = [row.cell("cpu"), row.cell("memory"), row.cell("gpu")];
  if (cpu === "" && memory === "" && gpu === "" && before !== undefined) return before;
  const read = (name: "cpu" | "memory"): number | undefined => {
    const text = row.cell(name);
    const amount = parseAmount(name, text === "" ? "0" : text);
    if (amount.ok) return amount.value;
    problems.push({ line: row.line, column: row.columnOf(name), message: amount.failure.message });
    return undefined;
  };
  const [cpuMillis, memoryBytes, gpus] = [read("cpu"), read("memory"), amountIn(row, "gpu", problems)];
  if (cpuMillis === undefined || memoryBytes === undefined || gpus === undefined) return undefined;
  return { cpuMillis, memoryBytes, gpus: Math.ceil(gpus) };
}

function isUsable(row: CsvRow, problems: TraceProblem[]): boolean {
  const action = row.cell("action");
  if (!actions.has(action)) {
    const message = `action: found "${action}", expected add, remove or scale`;
    problems.push({ line: row.line, column: row.columnOf("action"), message });
    return false;
  }
  if (row.cell("workload") !== "") return true;
  problems.push({ line: row.line, column: row.columnOf("workload"), message: "workload: expected a name" });
  return false;
}
