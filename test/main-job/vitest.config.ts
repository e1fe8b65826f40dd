import { defineConfig } from "vitest/config";

/** The main job as a user runs it: real processes, wall clock, real manifests. One file at a time: they share the machine. */
export default defineConfig({
  test: {
    include: ["test/main-job/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    reporters: process.env.CI === "true" ? ["default", "json"] : ["default"],
    outputFile: { json: "reports/main-job.json" },
  },
});
