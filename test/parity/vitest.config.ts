import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** Each call runs in a namespace of its own, so several run at a time; the clusters of the two files do not. */
export default defineConfig({
  test: {
    include: ["test/parity/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    maxConcurrency: 4,
    testTimeout: 360_000,
    hookTimeout: 360_000,
    teardownTimeout: 30_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("parity")],
    outputFile: { json: "reports/parity.json" },
  },
});
