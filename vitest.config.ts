import { defineConfig } from "vitest/config";
import { suiteReporter } from "./tools/checks/suite-report.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    exclude: [
      "test/main-job/**",
      "test/controlplane/**",
      "test/charts/**",
      "test/parity/**",
      "test/aws/**",
      "test/browser/**",
      "node_modules/**",
      "dist/**",
    ],
    pool: "forks",
    // Modules keep no state that tests could share, so a worker may run many files: half of the time was importing them anew.
    isolate: false,
    // Plays of whole clusters make much that lives shortly: with a small young space a fifth of their time went into it.
    execArgv: ["--max-semi-space-size=64"],
    testTimeout: 20_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("unit")],
    outputFile: { json: "reports/vitest.json" },
  },
});
