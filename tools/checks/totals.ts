/**
 * Last step of CI: adds up the JSON reports of every suite and prints `N passed, N failed, N skipped` alone on a line.
 * Parts that are no test runs but failed (second argument) count as failures.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

const [directory = "reports", failedParts = "0"] = process.argv.slice(2);
const reports = readdirSync(directory)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as Report);
const sum = (pick: (report: Report) => number): number => reports.reduce((total, report) => total + pick(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const failedTests = sum(({ numFailedTests }) => numFailedTests);
// A part can fail without a failing test (a crash, a budget): it still counts as one.
const failed = failedTests > 0 ? failedTests : Number(failedParts);
if (passed === 0) console.error("ci: no report of any test was found");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
