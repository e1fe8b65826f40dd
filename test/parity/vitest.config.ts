import { defineConfig } from "vitest/config";

/** Each call runs in a namespace of its own, so several run at a time; the clusters of the two files do not. */
export default defineConfig({
  test: {
    include: ["test/parity/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    maxConcurrency: 4,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: process.env.CI === "true" ? ["default", "json"] : ["default"],
    outputFile: { json: "reports/parity.json" },
  },
});
