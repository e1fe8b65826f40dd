import { failed, ok, type Result } from "../../core/index.ts";
import { type CsvTable, csvTable } from "./csv-rows.ts";
import { alibabaHeadings, readAlibaba } from "./read-alibaba.ts";
import { ownHeadings, readOwnCsv } from "./read-own-csv.ts";
import { readRecords } from "./read-records.ts";
import type { Trace } from "./trace.ts";

export interface TraceFailure {
  readonly kind: "unknown-format" | "empty";
  readonly message: string;
}

/** The trace of a text, by what it looks like: JSON lines, the project's own CSV or a pod list of Alibaba's. */
export function readTrace(text: string): Result<Trace, TraceFailure> {
  const trace = traceIn(text);
  if (trace === undefined) return failed({ kind: "unknown-format", message: unknownText(text) });
  if (trace.pods.length > 0 || trace.problems.length > 0) return ok(trace);
  return failed({ kind: "empty", message: "there is no pod in it" });
}

function traceIn(text: string): Trace | undefined {
  if (text.trimStart().startsWith("{")) return readRecords(text);
  const table = csvTable(text);
  if (has(table, ownHeadings)) return readOwnCsv(table);
  return has(table, alibabaHeadings) ? readAlibaba(table) : undefined;
}

const has = ({ headings }: CsvTable, names: readonly string[]): boolean =>
  names.every((name) => headings.includes(name));

function unknownText(text: string): string {
  const [first = ""] = text.split(/\r?\n/);
  const found = first.length > 60 ? `${first.slice(0, 60)}...` : first;
  return `found "${found}"; expected the heading time,action,workload,cpu,memory,gpu,count, or one of an Alibaba pod list (${alibabaHeadings.join(",")},...), or decision records as JSON lines`;
}
