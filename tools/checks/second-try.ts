/**
 * `node tools/checks/second-try.ts SUITE`: CI's answer to a failure of a suite that drives real parts (an API server, a
 * browser, processes) on a machine that others use too. Runs the one or two files that failed once more, alone. When they
 * pass, their report takes the place of the first, and what had failed is written down under reports/unsteady, which
 * totals.ts prints beside the sum: a test that needs a second try is to be mended, but doesn't hold up everything else.
 * More than two files, or a suite that left no report, get none. Exit 0 when the second try passed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./totals.ts";

const mostFiles = 2;
const root = join(import.meta.dirname, "..", "..");
const [suite = ""] = process.argv.slice(2);
const path = join(root, "reports", `${suite}.json`);

function again(first: Report, files: readonly string[]): Report | undefined {
  const directory = join(root, "reports", "unsteady");
  mkdirSync(directory, { recursive: true });
  const outcome = join(directory, `${suite}.second.json`);
  const config = join("test", suite, "vitest.config.ts");
  const { status } = spawnSync(
    "vitest",
    ["run", "--config", config, "--reporter=default", "--reporter=json", `--outputFile.json=${outcome}`, ...files],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (status !== 0 || !existsSync(outcome)) return undefined;
  writeFileSync(join(directory, `${suite}.json`), JSON.stringify(first));
  return JSON.parse(readFileSync(outcome, "utf8")) as Report;
}

/** The first report with the files of the second in place of its own. */
function merged(first: Report, second: Report): Report {
  const renewed = new Set(second.testResults.map(({ name }) => name));
  const testResults = [...first.testResults.filter(({ name }) => !renewed.has(name)), ...second.testResults];
  const count = (...statuses: readonly string[]): number =>
    testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => statuses.includes(status))
      .length;
  return {
    ...first,
    testResults,
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("pending", "skipped", "disabled"),
    numTodoTests: count("todo"),
    numFailedTestSuites: testResults.filter(({ status }) => status === "failed").length,
  };
}

function main(): number {
  if (!existsSync(path)) return 1;
  const first = JSON.parse(readFileSync(path, "utf8")) as Report;
  const files = first.testResults.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (files.length === 0 || files.length > mostFiles) return 1;
  process.stdout.write(`== second try of ${files.join(", ")}\n`);
  const second = again(first, files);
  if (second === undefined) return 1;
  writeFileSync(path, JSON.stringify(merged(first, second)));
  return 0;
}

process.exitCode = main();
