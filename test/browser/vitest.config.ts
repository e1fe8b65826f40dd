import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** The dashboard in a real Chromium. The page is built first; screenshots are kept in `reports/browser`. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    globalSetup: ["test/browser/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("browser")],
    outputFile: { json: "reports/browser.json" },
  },
});
