import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    exclude: [
      "test/main-job/**",
      "test/controlplane/**",
      "test/parity/**",
      "test/aws/**",
      "test/browser/**",
      "node_modules/**",
      "dist/**",
    ],
    pool: "forks",
    testTimeout: 20_000,
    reporters: process.env.CI === "true" ? ["default", "json"] : ["default"],
    outputFile: { json: "reports/vitest.json" },
  },
});
