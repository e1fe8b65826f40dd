/**
 * Twelve seeds of a day, each lived through twice at once, so that each run has the other as its load: no violation, enough
 * of everything, equal histories of a seed and different ones of different seeds. `node test/nightly/simulation.ts [SEEDS]`.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

interface Line {
  readonly seed: number;
  readonly launched: number;
  readonly restarts: number;
  readonly violations: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly historyHash: string;
  readonly wallSeconds: number;
}

const execute = promisify(execFile);
const script = fileURLToPath(new URL("../sim/run.ts", import.meta.url));
const seeds = Array.from({ length: Number(process.argv[2] ?? 12) }, (_, index) => index + 1);

async function live(seed: number): Promise<Line> {
  const args = ["--max-semi-space-size=32", script, "--seed", String(seed), "--days", "1", "--json"];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 1 << 24 }).catch((error: unknown) => {
    // Exit code 1 is a violation: the line tells of it.
    const failed = error as { readonly code?: number; readonly stdout?: string };
    if (failed.code === 1 && failed.stdout !== undefined) return { stdout: failed.stdout };
    throw error;
  });
  return JSON.parse(stdout) as Line;
}

function complaintsOf(first: Line, second: Line): readonly string[] {
  const idle = Object.entries(first.faults).filter(([, count]) => count === 0);
  return [
    ...Object.entries(first.violations).map(([kind, count]) => `${count} ${kind}`),
    ...(first.historyHash === second.historyHash ? [] : ["two histories"]),
    ...(first.launched >= 50 ? [] : [`${first.launched} launches, expected 50`]),
    ...(first.restarts >= 2 ? [] : [`${first.restarts} restarts, expected 2`]),
    ...idle.map(([kind]) => `no ${kind}`),
  ];
}

const histories = new Map<string, number>();
let failures = 0;
for (const seed of seeds) {
  const [first, second] = await Promise.all([live(seed), live(seed)]);
  const twin = histories.get(first.historyHash);
  const complaints = [...complaintsOf(first, second), ...(twin === undefined ? [] : [`the history of seed ${twin}`])];
  histories.set(first.historyHash, seed);
  const { launched, restarts, wallSeconds, historyHash } = first;
  const verdict = complaints.length === 0 ? "ok" : `FAILED: ${complaints.join("; ")}`;
  console.log(
    `seed ${seed}: ${launched} launches, ${restarts} restarts, ${wallSeconds} s, ${historyHash.slice(0, 12)}: ${verdict}`,
  );
  if (complaints.length > 0) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;
