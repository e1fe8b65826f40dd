/** Arrivals of a public trace as workloads of one pod each (openb, Alibaba's GPU clusters of 2023; GPUs are left out). */
import { readFileSync } from "node:fs";

/** One pod that comes and goes. */
export interface Arrival {
  readonly name: string;
  /** Milliseconds after the start of the week. */
  readonly from: number;
  /** Milliseconds after the start; at the most the end of the week. */
  readonly until: number;
  readonly milliCpu: number;
  readonly memoryMebibytes: number;
}

const day = 86_400;
export const weekMilliseconds = 7 * day * 1000;

export interface WeekAsk {
  /** First day of the last week that is taken, counted from the start of the trace. */
  readonly firstDay: number;
  /** Weeks laid over each other, the last one and those before it: one alone holds a dozen pods at a time. */
  readonly weeks: number;
}

/** Arrivals in order of time, then of name. Fails where the text is no such table. */
export function readArrivals(text: string, { firstDay, weeks }: WeekAsk): readonly Arrival[] {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const columns = head.split(",");
  const at = (name: string): number => {
    const index = columns.indexOf(name);
    if (index < 0) throw new Error(`trace: no column ${name}; it has ${head}`);
    return index;
  };
  const [name, cpu, memory] = [at("name"), at("cpu_milli"), at("memory_mib")];
  const [created, deleted] = [at("creation_time"), at("deletion_time")];
  const arrivals = lines.flatMap((line): readonly Arrival[] => {
    const cells = line.split(",");
    const number = (index: number): number => Number(cells[index]);
    const back = Math.floor((firstDay + 7 - number(created) / day) / 7);
    if (cells[deleted] === "" || back < 0 || back >= weeks) return [];
    const start = (firstDay - 7 * back) * day;
    const from = (number(created) - start) * 1000;
    const until = Math.min(weekMilliseconds, (number(deleted) - start) * 1000);
    const sized = { milliCpu: number(cpu), memoryMebibytes: number(memory) };
    return from < 0 || until <= from ? [] : [{ name: cells[name] ?? "", from, until, ...sized }];
  });
  return arrivals.sort((a, b) => a.from - b.from || (a.name < b.name ? -1 : 1));
}

export const readTrace = (file: string, ask: WeekAsk): readonly Arrival[] =>
  readArrivals(readFileSync(file, "utf8"), ask);
