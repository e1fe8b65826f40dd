/** `npm run -s sim:week -- [--json] [--write] [--rules cheapest|compatible] [--days D] [--weeks N] [--seed N]`: see README.md. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { liveThrough } from "./live.ts";
import { type WeekLine, writeSection } from "./table.ts";
import { readTrace, weekMilliseconds } from "./trace.ts";

const usage =
  "usage: npm run -s sim:week -- [--json] [--write] [--rules cheapest|compatible] [--days D] [--weeks N] [--seed N]\n";
const traces = process.env.TRACES_DIR ?? fileURLToPath(new URL("../../../shared/data/traces", import.meta.url));
const allRules = ["cheapest", "compatible"] as const;

function wanted() {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      rules: { type: "string" },
      days: { type: "string", default: "7" },
      weeks: { type: "string", default: "2" },
      seed: { type: "string", default: "1" },
    },
  });
  const within = (name: "days" | "weeks" | "seed", most: number): number => {
    const value = Number(values[name]);
    if (value > 0 && value <= most) return value;
    throw new RangeError(`--${name}: expected more than 0 and at most ${most}, found "${values[name]}"`);
  };
  const rules = allRules.filter((name) => values.rules === undefined || name === values.rules);
  if (rules.length === 0) throw new RangeError(`--rules: expected ${allRules.join(" or ")}, found "${values.rules}"`);
  const file = join(traces, "openb_pod_list_default.csv");
  if (!existsSync(file))
    throw new Error(`no trace at ${file}: TRACES_DIR names the folder with openb_pod_list_default.csv`);
  const { json, write } = values;
  return { json, write, rules, file, days: within("days", 7), weeks: within("weeks", 5), seed: within("seed", 1e9) };
}

function wantedOrUsage(): ReturnType<typeof wanted> {
  try {
    return wanted();
  } catch (error) {
    process.stderr.write(`sim:week: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

const { json, write, rules, file, days, weeks, seed } = wantedOrUsage();
/** The last whole week of the trace. */
const arrivals = readTrace(file, { firstDay: 142, weeks });
const lines: WeekLine[] = [];
for (const policy of rules) {
  const begun = performance.now();
  const week = await liveThrough({
    arrivals,
    seed,
    options: { policy },
    milliseconds: Math.round((days / 7) * weekMilliseconds),
  });
  const wallSeconds = Math.round(performance.now() - begun) / 1000;
  const line: WeekLine = { schema: "week/1", rules: policy, weeks, days, ...week, wallSeconds };
  lines.push(line);
  const rows = Object.entries(line).map(([key, value]) => `${key.padEnd(20)}${JSON.stringify(value)}\n`);
  process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${rows.join("")}\n`);
}
if (write) writeSection(new URL("../../docs/benchmarks.md", import.meta.url), lines);
const ours = lines.find((line) => line.rules === "cheapest");
const broken = ours !== undefined && (ours.repeated > 0 || ours.cycles > 0);
process.exitCode = broken ? 1 : 0;
