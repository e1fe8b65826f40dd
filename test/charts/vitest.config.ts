import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** What an operator installs: charts by helm, alarms by promtool, the image's tree as the user of the container. */
export default defineConfig({
  test: {
    include: ["test/charts/**/*.test.ts"],
    globalSetup: ["test/charts/global-setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 360_000,
    hookTimeout: 360_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("charts")],
    outputFile: { json: "reports/charts.json" },
  },
});
