/**
 * `npm run -s coverage:scenarios [-- --json]`: how many scenarios of each chapter the tests of the last suite runs cover. A
 * scenario counts when a test whose title names it (`[scheduling B21]`) passed and none that names it failed.
 * Exit 2 when a report was made at another commit, since it says nothing about this one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { coverageOf, type Exceptions, type ScenarioIds } from "./scenarios/coverage.ts";
import { currentCommit, type SuiteReport, suitesDirectory } from "./suite-report.ts";

const here = join(import.meta.dirname, "scenarios");
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const ids = readJson(join(here, "ids.json")) as ScenarioIds;
const exceptions = readJson(join(here, "exceptions.json")) as Exceptions;

const reports = existsSync(suitesDirectory)
  ? readdirSync(suitesDirectory)
      .filter((name) => name.endsWith(".json"))
      .sort()
      .map((name) => readJson(join(suitesDirectory, name)) as SuiteReport)
  : [];
const commit = currentCommit();
const foreign = reports.filter((report) => report.commit !== commit);
if (reports.length === 0) console.error("coverage:scenarios: no suite has run; run npm test first");
for (const { suite, commit: other } of foreign)
  console.error(`coverage:scenarios: the report of ${suite} is of commit ${other}, not of ${commit}; run it again`);

const json = process.argv.includes("--json");
for (const line of coverageOf(ids, exceptions, reports)) {
  if (json) console.log(JSON.stringify(line));
  else {
    console.log(`${line.chapter}: ${line.passing} of ${line.total}, ${line.excepted.length} excepted with reasons`);
    if (line.missing.length > 0) console.log(`  missing: ${line.missing.join(" ")}`);
    if (line.unknown.length > 0) console.log(`  named by tests but in no chapter: ${line.unknown.join(" ")}`);
  }
}
process.exit(foreign.length > 0 ? 2 : 0);
