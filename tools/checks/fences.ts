/**
 * Import fences: runs dependency-cruiser over src, test, bench and tools, and proves with a canary that the fence stands
 * (with a parser missing the cruiser reads nothing and reports success).
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type IReporterOutput } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const canaryRoot = join(root, "test", "fences", "canary");
const config = await extractOptions(join(root, "tools/checks/dependency-cruiser.cjs"));

interface Summary {
  readonly totalCruised: number;
  readonly violations: readonly {
    readonly from: string;
    readonly to: string;
    readonly rule: { readonly name: string };
  }[];
}

async function summaryOf(baseDir: string, places: readonly string[]): Promise<Summary> {
  const result: IReporterOutput = await cruise([...places], { ...config, baseDir, outputType: "json" });
  const output: unknown = JSON.parse(typeof result.output === "string" ? result.output : JSON.stringify(result.output));
  return (output as { summary: Summary }).summary;
}

function countSources(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).length;
}

const canary = await summaryOf(canaryRoot, ["src"]);
if (!canary.violations.some(({ rule }) => rule.name === "core-imports")) {
  console.error("fences: the canary test/fences/canary was not reported: the fence is down");
  process.exit(1);
}
const summary = await summaryOf(root, ["src", "test", "bench", "tools"]);
const sources = countSources(join(root, "src"));
if (summary.totalCruised < sources) {
  console.error(`fences: read ${summary.totalCruised} modules, but src alone has ${sources}: the parser is missing`);
  process.exit(1);
}
for (const { from, to, rule } of summary.violations) console.error(`fences: ${rule.name}: ${from} imports ${to}`);
console.log(`fences: ${summary.totalCruised} modules, ${summary.violations.length} violations; canary reported`);
process.exit(summary.violations.length === 0 ? 0 : 1);
