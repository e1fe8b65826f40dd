/**
 * Last step of CI: adds up the JSON reports of every suite, names each test that failed with the first lines of why, and
 * prints `N passed, N failed, N skipped` alone on the last line. Parts that are no test runs but failed (second argument)
 * count as failures. What passed on a second try only (second-try.ts) is named as unsteady.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** What of vitest's JSON report is read. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

/** How much of a failure is shown: the whole of it stands where the suite ran. */
const LINES_SHOWN = 12;

function shorten(message: string): string {
  return message
    .split("\n")
    .slice(0, LINES_SHOWN)
    .map((line) => `       ${line.slice(0, 300)}`)
    .join("\n");
}

function nameFailures(report: Report): void {
  for (const file of report.testResults) {
    const failures = file.assertionResults.filter(({ status }) => status === "failed");
    if (failures.length === 0 && file.status === "failed") {
      console.error(`ci: FILE ${file.name}\n${shorten(file.message ?? "it failed without a message")}`);
    }
    for (const { fullName, failureMessages = [] } of failures) {
      console.error(`ci: TEST ${file.name}: ${fullName}\n${failureMessages.map(shorten).join("\n")}`);
    }
  }
}

function reportsIn(directory: string): readonly Report[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".second.json"))
    .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as Report);
}

function nameUnsteady(directory: string): void {
  for (const { testResults } of reportsIn(join(directory, "unsteady"))) {
    for (const file of testResults.filter(({ status }) => status === "failed")) {
      const failures = file.assertionResults.filter(({ status }) => status === "failed");
      const why = failures.map(
        ({ fullName, failureMessages = [] }) => `${fullName}\n${shorten(failureMessages[0] ?? "")}`,
      );
      console.error(
        `ci: UNSTEADY, passed on the second try: ${file.name}: ${why.join("\n") || shorten(file.message ?? "")}`,
      );
    }
  }
}

function main(directory: string, failedParts: number): number {
  const reports = reportsIn(directory);
  const sum = (pick: (report: Report) => number): number => reports.reduce((total, report) => total + pick(report), 0);
  for (const report of reports) nameFailures(report);
  nameUnsteady(directory);
  const passed = sum(({ numPassedTests }) => numPassedTests);
  const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
  const failedTests = sum(({ numFailedTests }) => numFailedTests);
  // A part can fail without a failing test (a crash, a budget): it still counts as one.
  const failed = failedTests > 0 ? failedTests : failedParts;
  if (passed === 0) console.error("ci: no report of any test was found");
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

if (import.meta.main) {
  const [directory = "reports", failedParts = "0"] = process.argv.slice(2);
  process.exitCode = main(directory, Number(failedParts));
}
