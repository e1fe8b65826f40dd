import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** What is measured against the wall clock, and what fills the processor: one file at a time, when all else is over. */
const alone = ["election", "busy", "programs"].map((name) => `test/controlplane/${name}.test.ts`);

/**
 * On a real control plane, on the wall clock. Most of the time is spent waiting, so that three files run at a time, each with
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
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/controlplane/**/*.test.ts"],
          exclude: alone,
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
