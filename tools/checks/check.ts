/**
 * `npm run check`: format, types, lint, fences, budget, dead code, generated files, then the tests of the rooms; prints what
 * each took. What lives through days or crashes (`test/sim`, `test/controllers`, `crash.test.ts`), recorded cases by the hundred
 * (`test/corpus`) and real processes (kubectl among them) come with `npm test`.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Those that start processes of their own, or play the same flows hundreds of times: `npm test` has them. */
const leftToTest: readonly string[] = [
  "src/cli/help-examples.test.ts",
  "src/cli/simulate/as-launched.test.ts",
  "src/cli/top/top.test.ts",
  "src/local/apiserver/conformance.test.ts",
  "src/local/http/kubectl.test.ts",
  "src/operator/crash.test.ts",
];

const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ["format", "biome", ["format", "."]],
  ["types", "tsc", ["-b"]],
  ["lint", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["fences", "node", ["tools/checks/fences.ts"]],
  ["budget", "node", ["tools/checks/budget.ts"]],
  ["dead code", "knip", []],
  ["generated files", "node", ["tools/codegen/gen.ts", "--check"]],
  [
    "tests",
    "vitest",
    ["run", "src", "tools", "test/aws-simulated", ...leftToTest.flatMap((file) => ["--exclude", file])],
  ],
];

const only = process.argv.slice(2);
const failures: string[] = [];
for (const [name, command, args] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  const started = performance.now();
  const run = spawnSync(join(root, "node_modules/.bin", command), [...args], { cwd: root, stdio: "inherit" });
  if (run.error !== undefined) throw run.error;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`check: ${name}: ${run.status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  if (run.status !== 0) failures.push(name);
}
if (failures.length > 0) {
  console.error(`check: failed: ${failures.join(", ")}`);
  process.exit(1);
}
