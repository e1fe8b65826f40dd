/** `npm run -s sim -- --seed N --days D --json`: see README.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import type { Violation } from "./invariants/violation.ts";
import { drawScenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { type Outcome, simulate } from "./simulate.ts";

const usage =
  "usage: npm run -s sim -- [--seed N] [--days D] [--json] [--consolidate] [--trace FILE]   (1 day of seed 1 by default)\n";

function wanted() {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      days: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      consolidate: { type: "boolean", default: false },
      trace: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  const days = Number(values.days);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed: expected a whole number, found "${values.seed}"`);
  if (!(days > 0 && days <= 3650)) throw new RangeError(`--days: expected 0 to 3650, found "${values.days}"`);
  const { json, consolidate: consolidates, trace = `reports/sim-${seed}.json` } = values;
  return { seed, days, json, trace, scenario: drawScenario(seed, days, { consolidates }) };
}

function wantedOrUsage(): ReturnType<typeof wanted> {
  try {
    return wanted();
  } catch (error) {
    process.stderr.write(`sim: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

const counted = (violations: readonly Violation[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { kind } of violations) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

/** The line of product 4.2; what is no number of its own there stands in `violations`. */
function lineOf(outcome: Outcome, { seed, days }: { seed: number; days: number }) {
  const violations = counted(outcome.violations);
  const { pods, launched, terminated, emptyNodesAtEnd, restarts, events, faults, historyHash } = outcome;
  return {
    schema: "sim/1",
    seed,
    days,
    pods,
    launched,
    terminated,
    orphans: violations["orphan"] ?? 0,
    stuckPods: violations["stuck-pod"] ?? 0,
    emptyNodesAtEnd,
    evictionsAgainstPdb: violations["eviction-against-pdb"] ?? 0,
    doubleLaunches: violations["double-launch"] ?? 0,
    cycles: violations["cycle"] ?? 0,
    dollars: Math.round(outcome.dollars * 1e4) / 1e4,
    events,
    restarts,
    violations,
    faults,
    historyHash,
  };
}

const { seed, days, json, scenario, trace } = wantedOrUsage();
const begun = performance.now();
const outcome = await simulate(scenario);
const wallSeconds = Math.round(performance.now() - begun) / 1000;
const line = { ...lineOf(outcome, { seed, days }), wallSeconds };
const [violation] = outcome.violations;
if (violation !== undefined) {
  process.stderr.write(`sim: seed ${seed}: ${violation.kind}: ${violation.object}: ${violation.text}\n`);
  const minimal = await shrink(scenario, violation);
  mkdirSync(dirname(trace), { recursive: true });
  writeFileSync(trace, `${JSON.stringify(minimal, undefined, 2)}\n`);
  process.stderr.write(`trace: ${trace}\n`);
}
const printed = violation === undefined ? line : { ...line, trace };
const rows = Object.entries(printed).map(([key, value]) => `${key.padEnd(20)}${JSON.stringify(value)}\n`);
process.stdout.write(json ? `${JSON.stringify(printed)}\n` : rows.join(""));
process.exitCode = violation === undefined ? 0 : 1;
