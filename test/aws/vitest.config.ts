import { defineConfig } from "vitest/config";
import { suiteReporter } from "../../tools/checks/suite-report.ts";

/** The provider with the AWS SDK over HTTP, against moto's server, which the suite installs and starts itself. */
export default defineConfig({
  test: {
    include: ["test/aws/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    globalSetup: ["test/aws/global-setup.ts"],
    // Never the credentials or the region of whoever runs the suite.
    env: {
      AWS_REGION: "us-west-2",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    reporters: ["default", ...(process.env.CI === "true" ? ["json"] : []), suiteReporter("aws")],
    outputFile: { json: "reports/aws.json" },
  },
});
