import { defineConfig } from "vitest/config";

/** How many times as many runs as by day. */
const factor = Number(process.env.PROPERTY_FACTOR ?? 20);

/** All properties with many more runs. */
export default defineConfig({
  plugins: [
    {
      name: "more-runs",
      enforce: "pre",
      transform: (code, id) =>
        id.endsWith(".test.ts")
          ? code.replaceAll(/numRuns: (\d+)/g, (_, runs: string) => `numRuns: ${Number(runs) * factor}`)
          : undefined,
    },
  ],
  test: {
    include: ["src/**/*.prop.test.ts", "test/**/*.prop.test.ts"],
    pool: "forks",
    isolate: false,
    testTimeout: 30 * 60_000,
  },
});
