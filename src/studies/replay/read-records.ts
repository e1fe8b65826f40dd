/**
 * A trace from recorded decisions, one JSON object a line: `karpenter up --log-format json` and the controller's decision
 * records (product 4.2). A pod comes when it is first spoken of, and leaves when its node is given up empty. What it asks
 * for is its share of what the launch was sized for, where the record tells that, else of its workload's last launch.
 */
import { parseTimestamp } from "../../api/index.ts";
import { failed, ok, resourcesAssuming, type Result } from "../../core/index.ts";
import { type Trace, traceOf, type TracePod, type TraceProblem } from "./trace.ts";

/** What is read of a record; all else may be there. */
interface RecordLine {
  readonly time: number;
  readonly kind: string;
  readonly pods: readonly string[];
  readonly home?: string;
  readonly requests?: Readonly<Record<string, number>>;
}

type Size = Pick<TracePod, "cpuMillis" | "memoryBytes" | "gpus">;

interface Seen {
  pod: Omit<TracePod, keyof Size>;
  size?: Size;
  home?: string;
}

const arrivals: ReadonlySet<string> = new Set(["launch", "nominate", "unplaced"]);

export function readRecords(text: string): Trace {
  const problems: TraceProblem[] = [];
  const records = recordsIn(text, problems);
  const first = records.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const seen = new Map<string, Seen>();
  const sizes = new Map<string, Size>();
  for (const record of records) {
    const at = record.time - first;
    if (arrivals.has(record.kind)) for (const name of record.pods) arrive(name, record, { at, seen, sizes });
    else if (record.kind === "remove" && record.pods.length === 0) leave(record.home, at, seen);
  }
  const known = [...seen.values()].flatMap(({ pod, size = sizes.get(pod.workload) }) =>
    size === undefined ? [] : [{ ...pod, ...size }],
  );
  const left = seen.size - known.length;
  const notes = [
    "pods leave when their node is recorded as given up empty",
    ...(left === 0 ? [] : [`${left} of ${seen.size} pods are left out: no record tells what they ask for`]),
  ];
  const endMillis = records.reduce((last, { time }) => Math.max(last, time - first), 0);
  return traceOf(known, { problems, notes, endMillis });
}

function arrive(
  name: string,
  { pods, home, requests }: RecordLine,
  { at, seen, sizes }: { at: number; seen: Map<string, Seen>; sizes: Map<string, Size> },
): void {
  const workload = workloadOf(name);
  const entry: Seen = seen.get(name) ?? { pod: { name: name.replace("/", "."), workload, arrives: at } };
  seen.set(name, entry);
  if (home !== undefined) entry.home = home;
  if (requests === undefined || pods.length === 0) return;
  const share = (resource: string): number => Math.ceil((requests[resource] ?? 0) / pods.length);
  entry.size = { cpuMillis: share("cpu"), memoryBytes: share("memory"), gpus: share("nvidia.com/gpu") };
  sizes.set(workload, entry.size);
}

function leave(home: string | undefined, at: number, seen: ReadonlyMap<string, Seen>): void {
  if (home === undefined) return;
  for (const entry of seen.values())
    if (entry.home === home && entry.pod.leaves === undefined) entry.pod = { ...entry.pod, leaves: at };
}

/** `shop/web-6d5f-x7k2p` is of `shop/web-6d5f`. */
const workloadOf = (pod: string): string => pod.replace("/", ".").replace(/-[^-]+$/, "");

function recordsIn(text: string, problems: TraceProblem[]): readonly RecordLine[] {
  const records = text.split(/\r?\n/).flatMap((content, index) => {
    if (content.trim() === "") return [];
    const read = recordOf(content);
    if (read.ok) return [{ ...read.value, line: index + 1 }];
    problems.push({ line: index + 1, column: 1, message: read.failure });
    return [];
  });
  let latest = Number.NEGATIVE_INFINITY;
  for (const { time, line } of records) {
    if (time < latest)
      problems.push({ line, column: 1, message: "time: earlier than a line before it; played in order of time" });
    latest = Math.max(latest, time);
  }
  return records.toSorted((a, b) => a.time - b.time || a.line - b.line);
}

function recordOf(content: string): Result<RecordLine, string> {
  const value = parsed(content);
  if (!isMapping(value)) return failed("found no JSON object, expected a decision record on each line");
  const { time, kind, pods, nodeClaim, node, requests } = value;
  const millis = typeof time === "string" ? parseTimestamp(time) : undefined;
  if (millis === undefined)
    return failed(`time: found ${JSON.stringify(time)}, expected a time such as 2026-01-01T00:00:00Z`);
  if (typeof kind !== "string") return failed(`kind: found ${JSON.stringify(kind)}, expected the kind of a decision`);
  const home = typeof nodeClaim === "string" ? nodeClaim : typeof node === "string" ? node : undefined;
  return ok({
    time: millis,
    kind,
    pods: Array.isArray(pods) ? pods.filter((name) => typeof name === "string") : [],
    ...(home === undefined ? {} : { home }),
    ...(isMapping(requests) ? { requests: resourcesAssuming(requests as Readonly<Record<string, string>>, 0) } : {}),
  });
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
