/**
 * Plays the whole Alibaba trace of 2023 twice: equal output, and what it took (issue 10: under 60 s on a quiet machine);
 * then against two settings, as a table. The data is not part of the project; without it the part says so and fails.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const workloads =
  process.env.WORKLOADS_DIR ?? fileURLToPath(new URL("../../../shared/data/workloads", import.meta.url));
const trace = `${workloads}/../traces/openb_pod_list_default.csv`;
const mostSeconds = 60;

if (!existsSync(trace)) {
  console.error(`replay: ${trace} is not there; WORKLOADS_DIR names its neighbour folder`);
  process.exit(1);
}
const replay = (...words: readonly string[]): { readonly output: string; readonly seconds: number } => {
  const started = performance.now();
  const all = ["src/cli/main.ts", "replay", trace, "--with", "samples/studies/on-demand-pools.yaml", ...words];
  const output = execFileSync(process.execPath, all, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  return { output, seconds: (performance.now() - started) / 1000 };
};
const runs = [1, 2].map(() => replay("-o", "json"));
for (const { seconds } of runs) console.log(`replay of the whole trace: ${seconds.toFixed(1)} s`);
const { output: table, seconds: both } = replay("--with", "samples/pools.yaml", "-o", "markdown");
console.log(`two settings side by side: ${both.toFixed(1)} s\n${table}`);
const isEqual = runs[0]?.output === runs[1]?.output;
const isQuick = runs.every(({ seconds }) => seconds < mostSeconds);
if (!isEqual) console.error("replay: the two outputs differ");
if (!isQuick) console.error(`replay: slower than ${mostSeconds} s`);
process.exit(isEqual && isQuick ? 0 : 1);
