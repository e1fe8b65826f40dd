/**
 * Size budget (house rule R15): files of at most 400 lines, functions of at most 60, complexity 12, depth 3. Exceptions
 * stand in tools/budget.json with an owner and a reason and may only shrink: a finding above its entry fails, and so does
 * an entry that is larger than what is found.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Entry {
  readonly file: string;
  /** `max-lines`, `max-lines-per-function`, `complexity` or `max-depth`. */
  readonly rule: string;
  /** Largest value found in the file under this rule. */
  readonly value: number;
  readonly owner: string;
  readonly reason: string;
}

interface Diagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const entries = JSON.parse(readFileSync(join(root, "tools/budget.json"), "utf8")) as readonly Entry[];
/** Tests and suites are lists of cases; generated files are nobody's to shorten. */
const exempt = ["**/*.test.ts", "**/generated/**", "**/*.generated.ts", "**/conformance/**"].flatMap((pattern) => [
  "--ignore-pattern",
  pattern,
]);
const run = spawnSync(
  join(root, "node_modules/.bin/oxlint"),
  ["-c", "tools/checks/size.oxlintrc.json", ...exempt, "--format", "json", "src", "tools", "bench"],
  { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 },
);
if (run.error !== undefined) throw run.error;
const report = JSON.parse(run.stdout) as {
  readonly diagnostics: readonly Diagnostic[];
  readonly number_of_files: number;
};
if (report.number_of_files === 0) throw new Error("budget: no file was read");

const measured = (message: string): number =>
  Number(/\((\d+)\)|complexity of (\d+)/.exec(message)?.slice(1).find(Boolean) ?? NaN);
const found = new Map<string, { readonly value: number; readonly line: number; readonly message: string }>();
for (const { message, code, filename, labels } of report.diagnostics) {
  const key = `${filename} ${/\(([^)]+)\)/.exec(code)?.[1] ?? code}`;
  const value = measured(message);
  const before = found.get(key);
  if (before === undefined || value > before.value) found.set(key, { value, line: labels[0]?.span.line ?? 0, message });
}

const problems: string[] = [];
const allowed = new Map(entries.map((entry) => [`${entry.file} ${entry.rule}`, entry]));
for (const [key, { value, line, message }] of found) {
  const entry = allowed.get(key);
  if (entry === undefined) problems.push(`${key.replace(" ", `:${line} `)}: ${message}`);
  else if (value > entry.value) problems.push(`${key}: ${value} now, ${entry.value} allowed in tools/budget.json`);
}
for (const [key, entry] of allowed) {
  const now = found.get(key)?.value;
  if (now === undefined || now < entry.value)
    problems.push(`${key}: tools/budget.json allows ${entry.value}, found ${now ?? "none"}: shrink the entry`);
}
for (const problem of problems) console.error(`budget: ${problem}`);
console.log(`budget: ${report.number_of_files} files, ${entries.length} exceptions, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
