import { mkdir } from "node:fs/promises";
import { build } from "vite";

/** Builds the page that the server serves, as `npm ci` does. */
export default async function setup(): Promise<void> {
  await mkdir("reports/browser", { recursive: true });
  await build({ configFile: "src/dashboard/vite.config.ts", logLevel: "warn" });
  await import("../../tools/docs/build.ts");
}
