import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** Those that take longest begin first, so that none is left over at the end; what is not named here comes after them. */
const together = [
  "outages",
  "throttled",
  "main-job",
  "kill",
  "api-faults",
  "adoption",
  "soak",
  "workloads",
  "programs",
  "api-server",
  "plan-reads-only",
  "control-plane",
];
/** What is measured against the wall clock: one file at a time, when all else is over. */
const alone = ["election", "busy"];

const fileOf = (name: string): string => `test/controlplane/${name}.test.ts`;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = together.indexOf(basename(moduleId, ".test.ts"));
      return at < 0 ? together.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/**
 * On a real control plane, on the wall clock. Most of the time is spent waiting, so that several files run at a time, each with
 * its own control plane. Limits are for what hangs, not for what is slow: a busy machine takes several times as long as a
 * quiet one.
 */
export default defineConfig({
  test: {
    globalSetup: ["test/controlplane/global-setup.ts"],
    pool: "forks",
    testTimeout: 600_000,
    hookTimeout: 360_000,
    teardownTimeout: 30_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("controlplane")],
    outputFile: { json: "reports/controlplane.json" },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/controlplane/**/*.test.ts"],
          exclude: alone.map(fileOf),
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: alone.map(fileOf), fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
