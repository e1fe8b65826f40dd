/**
 * `node tools/checks/mutants.ts --chapter scheduling --seed N --count 20`: draws scenarios by seed, takes the rule that each
 * names out of a copy of the sources, and runs the tests titled with it. Fails when they still pass: then they do not test
 * that rule. Tables: `mutants/CHAPTER.json`; `--list` prints the scenarios that have a row, `--only A1,B2` runs those, and
 * `--verify` runs nothing, but names the rows that the sources have left behind.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { applyMutation, drawn, type Mutation, type MutantTable } from "./mutants/mutation.ts";

const root = join(import.meta.dirname, "..", "..");
const { values } = parseArgs({
  options: {
    chapter: { type: "string", default: "scheduling" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20" },
    only: { type: "string" },
    list: { type: "boolean", default: false },
    verify: { type: "boolean", default: false },
  },
});

function readTable(chapter: string): MutantTable {
  const known = readdirSync(join(import.meta.dirname, "mutants")).filter((name) => name.endsWith(".json"));
  if (!known.includes(`${chapter}.json`)) {
    console.error(
      `mutants: no table for ${chapter}; there are ${known.map((name) => name.replace(".json", "")).join(", ")}`,
    );
    process.exit(2);
  }
  return JSON.parse(readFileSync(join(import.meta.dirname, "mutants", `${chapter}.json`), "utf8")) as MutantTable;
}

const table = readTable(values.chapter);
const ids = Object.keys(table);
if (values.list) {
  console.log(ids.join("\n"));
  process.exit(0);
}
if (values.verify) {
  const problems = Object.entries(table).flatMap(([id, mutation]) => outOfDate(id, mutation));
  for (const problem of problems) console.error(`mutants: ${problem}`);
  console.log(`mutants: ${ids.length} rows of ${values.chapter}, ${problems.length} out of date`);
  process.exit(problems.length === 0 ? 0 : 1);
}
const chosen = values.only?.split(",") ?? drawn(ids, { seed: Number(values.seed), count: Number(values.count) });

function outOfDate(id: string, mutation: Mutation): readonly string[] {
  const mutated = applyMutation(readFileSync(join(root, mutation.file), "utf8"), mutation);
  return mutated.ok ? [] : [`${id}: ${mutated.failure}`];
}

/** What a run needs of the project; the rest is not copied. */
const parts = [
  "src",
  "test/builders",
  "test/oracle",
  "test/controllers",
  "test/aws-simulated",
  "package.json",
  "tsconfig.base.json",
  "vitest.config.ts",
  "tools/checks",
];

function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "karpenter-mutant-"));
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

interface Verdict {
  readonly kind: "killed" | "survived" | "broken";
  readonly text: string;
}

async function run(directory: string, id: string, mutation: Mutation): Promise<Verdict> {
  const path = join(directory, mutation.file);
  const original = readFileSync(path, "utf8");
  const mutated = applyMutation(original, mutation);
  if (!mutated.ok) return { kind: "broken", text: mutated.failure };
  writeFileSync(path, mutated.value);
  try {
    return await testScenario(directory, id, mutation);
  } finally {
    writeFileSync(path, original);
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
}

/** Only tests titled with the scenario count; a copy that does not load at all proves nothing. */
async function testScenario(directory: string, id: string, { tests }: Mutation): Promise<Verdict> {
  const output = join(directory, "mutant-report.json");
  rmSync(output, { force: true });
  const title = `\\[${values.chapter} ${id.replaceAll(".", "\\.")}\\]`;
  const args = ["run", ...tests, "-t", title, "--reporter=json", `--outputFile=${output}`, "--testTimeout=60000"];
  await new Promise<void>((done) => {
    spawn(join(root, "node_modules/.bin/vitest"), args, { cwd: directory, stdio: "ignore" }).on("exit", () => done());
  });
  const report = JSON.parse(readFileSync(output, "utf8")) as Report;
  if (report.numFailedTests > 0) return { kind: "killed", text: `${report.numFailedTests} tests failed` };
  if (report.numPassedTests > 0) return { kind: "survived", text: `${report.numPassedTests} tests still pass` };
  return { kind: "broken", text: `no test titled [${values.chapter} ${id}] ran in ${tests.join(", ")}` };
}

const directory = copyProject();
const counts = { killed: 0, survived: 0, broken: 0 };
try {
  for (const id of chosen) {
    const mutation = table[id];
    if (mutation === undefined) {
      console.error(`mutants: ${values.chapter} ${id} has no row`);
      counts.broken++;
      continue;
    }
    const verdict = await run(directory, id, mutation);
    counts[verdict.kind]++;
    console.log(`${values.chapter} ${id}: ${verdict.kind} (${mutation.rule}; ${verdict.text})`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`mutants: ${counts.killed} killed, ${counts.survived} survived, ${counts.broken} broken`);
process.exit(counts.survived + counts.broken === 0 ? 0 : 1);
