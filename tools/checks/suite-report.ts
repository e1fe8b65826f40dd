/**
 * A vitest reporter that leaves behind which tests of a whole suite ran, and at which commit: `reports/suites/NAME.json`.
 * Scripts that count scenarios and requirements read it. A run of some files only, or of some titles, leaves nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";

export interface SuiteReport {
  readonly suite: string;
  readonly commit: string;
  readonly tests: readonly { readonly title: string; readonly file: string; readonly state: string }[];
}

export const suitesDirectory = join(import.meta.dirname, "..", "..", "reports", "suites");

/** `none` outside of a git repository. */
export function currentCommit(): string {
  const run = spawnSync("git", ["rev-parse", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" });
  return run.status === 0 ? run.stdout.trim() : "none";
}

export function suiteReporter(suite: string): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit: (started) => {
      vitest = started;
    },
    onTestRunEnd: async (modules) => {
      if (vitest === undefined || !(await isWhole(vitest, modules))) return;
      mkdirSync(suitesDirectory, { recursive: true });
      const report: SuiteReport = { suite, commit: currentCommit(), tests: modules.flatMap(testsOf) };
      writeFileSync(join(suitesDirectory, `${suite}.json`), `${JSON.stringify(report)}\n`);
    },
  };
}

async function isWhole(vitest: Vitest, modules: readonly TestModule[]): Promise<boolean> {
  if (vitest.config.testNamePattern !== undefined) return false;
  return modules.length === (await vitest.globTestSpecifications()).length;
}

const testsOf = (module: TestModule): SuiteReport["tests"] =>
  [...module.children.allTests()].map((test) => ({
    title: test.fullName,
    file: module.relativeModuleId,
    state: test.result().state,
  }));
