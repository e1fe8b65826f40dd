import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** The main job as a user runs it: real processes, wall clock, real manifests. Three files at a time. */
export default defineConfig({
  test: {
    include: ["test/main-job/**/*.test.ts"],
    pool: "forks",
    // They wait more than they work.
    maxWorkers: 3,
    testTimeout: 180_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("main-job")],
    outputFile: { json: "reports/main-job.json" },
  },
});
