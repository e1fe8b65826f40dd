/**
 * `npm run nightly -- [--e2e] [PART…]`: everything that takes longer than CI allows, one part after the other, with what
 * each took. Exit 1 when one failed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const corpus = process.env.CORPUS_DIR ?? fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

interface Part {
  readonly name: string;
  readonly command: readonly [string, ...(readonly string[])];
  readonly environment?: Readonly<Record<string, string>>;
  /** Only when asked for by name or flag. */
  readonly onDemand?: boolean;
}

const script = (name: string, ...args: readonly string[]): readonly Part[] =>
  scripts[name.split(" ")[0] ?? ""] === undefined
    ? []
    : [{ name: [name, ...args].join(" "), command: ["npm", "run", "-s", name, "--", ...args] }];

const parts: readonly Part[] = [
  { name: "properties", command: ["vitest", "run", "--config", "test/nightly/vitest.config.ts"] },
  { name: "simulation", command: ["node", "test/nightly/simulation.ts"] },
  { name: "replay", command: ["node", "test/nightly/replay.ts"] },
  {
    name: "top",
    command: ["vitest", "run", "src/cli/top/real-terminal.test.ts"],
    environment: { TOP_STRICT: "1" },
  },
  ...script("sim:week", "--json"),
  { name: "mixed week", command: ["node", "test/nightly/mixed-week.ts"] },
  ...["scheduling", "cost", "disruption"].flatMap((kind) =>
    script("corpus", kind, `${corpus}/${kind}`).map((part) => ({ ...part, name: `corpus ${kind}` })),
  ),
  ...script("corpus", "families", "--count", "300").map((part) => ({ ...part, name: "corpus families" })),
  ...script("bench", "--json"),
  {
    name: "fuzz",
    command: ["vitest", "run", "test/fuzz"],
    // Another seed each day; a text that fails is kept.
    environment: { FUZZ_SECONDS: "900", FUZZ_SEED: String(Math.floor(Date.now() / 86_400_000)) },
  },
  ...["kill", "soak"].map((name) => ({
    name,
    command: [
      "vitest",
      "run",
      "--config",
      "test/controlplane/vitest.config.ts",
      `test/controlplane/${name}.test.ts`,
    ] as const,
    environment: {
      FAULT_SECONDS: "900",
      FAULT_SEED: String(Math.floor(Date.now() / 86_400_000)),
      SOAK_SECONDS: "900",
    },
  })),
  ...script("bench:e2e", "--consolidate").map((part) => ({ ...part, name: "e2e", onDemand: true })),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { e2e: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`nightly: no part ${unknown.join(", ")}; there are ${parts.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const wanted = parts.filter(({ name, onDemand = false }) =>
  positionals.length > 0 ? positionals.includes(name) : !onDemand || values.e2e,
);
const told: string[] = [];
let failures = 0;
for (const { name, command, environment = {} } of wanted) {
  console.log(`== ${name}`);
  const started = performance.now();
  const [file, ...args] = command;
  const run = spawnSync(file, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...environment, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ""}` },
  });
  if (run.error !== undefined) throw run.error;
  const seconds = Math.round((performance.now() - started) / 1000);
  const took = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  told.push(`${name.padEnd(28)} ${took.padStart(6)}  ${run.status === 0 ? "ok" : "FAILED"}`);
  if (run.status !== 0) failures += 1;
}
for (const line of told) console.log(`== ${line}`);
process.exitCode = failures === 0 ? 0 : 1;
