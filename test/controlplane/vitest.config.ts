import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/**
 * On a real control plane, on the wall clock. One file at a time: each has its own control plane, and they share the machine.
 * Limits are for what hangs, not for what is slow: a busy machine takes several times as long as a quiet one.
 */
export default defineConfig({
  test: {
    include: ["test/controlplane/**/*.test.ts"],
    globalSetup: ["test/controlplane/global-setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 360_000,
    hookTimeout: 360_000,
    teardownTimeout: 30_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("controlplane")],
    outputFile: { json: "reports/controlplane.json" },
  },
});
