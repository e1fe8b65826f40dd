/**
 * `npm run -s coverage:requirements [-- --json]`: which of the founding document's requirements, R1 to R85, the tests of the
 * last suite runs cover. Exit 2 when a report was made at another commit, since it says nothing about this one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allRules } from "../../src/advisor/index.ts";
import { type RequirementTable, requirementCoverage } from "./requirements/coverage.ts";
import { currentCommit, type SuiteReport, suitesDirectory } from "./suite-report.ts";

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const table = readJson(join(import.meta.dirname, "requirements", "table.json")) as RequirementTable;

const reports = existsSync(suitesDirectory)
  ? readdirSync(suitesDirectory)
      .filter((name) => name.endsWith(".json"))
      .sort()
      .map((name) => readJson(join(suitesDirectory, name)) as SuiteReport)
  : [];
const commit = currentCommit();
const foreign = reports.filter((report) => report.commit !== commit);
if (reports.length === 0) console.error("coverage:requirements: no suite has run; run npm test first");
for (const { suite, commit: other } of foreign)
  console.error(`coverage:requirements: the report of ${suite} is of commit ${other}, not of ${commit}; run it again`);

const built = new Set(allRules.map(({ id }) => id));
const lines = requirementCoverage(table, reports, built);
if (process.argv.includes("--json")) for (const line of lines) console.log(JSON.stringify(line));
else {
  const tested = lines.filter(({ test }) => test !== undefined);
  const open = lines.filter(({ test, rule, reason }) => (test ?? rule ?? reason) === undefined);
  console.log(`${tested.length} of ${lines.length} have a test that ran`);
  if (open.length > 0) console.log(`  to come: ${open.map(({ requirement }) => requirement).join(" ")}`);
}
process.exit(foreign.length > 0 ? 2 : 0);
