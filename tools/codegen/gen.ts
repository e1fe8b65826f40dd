/**
 * `npm run gen [-- NAME…] [--check]`: writes generated files, all or those of the named generators. With `--check` it
 * writes nothing and exits 1 when a file on disk differs from what would be written.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { awsGenerator } from "./aws.ts";
import { chartGenerators } from "./charts.ts";
import { crdGenerator } from "./crds.ts";
import type { GeneratedFile, Generator } from "./generator.ts";
import { ruleGenerators } from "./rules.ts";
import { referenceGenerator } from "./reference.ts";

const generators: readonly Generator[] = [
  crdGenerator,
  ...chartGenerators,
  awsGenerator,
  referenceGenerator,
  ...ruleGenerators,
];

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Change {
  readonly path: string;
  readonly what: "changed" | "missing" | "no longer generated";
  apply(): void;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function write(file: GeneratedFile): void {
  mkdirSync(dirname(join(root, file.path)), { recursive: true });
  writeFileSync(join(root, file.path), file.text);
}

function filesIn(folder: string): readonly string[] {
  mkdirSync(join(root, folder), { recursive: true });
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}

function changesOf(generator: Generator): readonly Change[] {
  const files = generator.generate();
  const made = new Set(files.map((file) => file.path));
  const stale = filesIn(generator.folder).filter((path) => !made.has(path));
  return [
    ...files.flatMap((file): readonly Change[] => {
      const present = textOf(file.path);
      if (present === file.text) return [];
      return [{ path: file.path, what: present === undefined ? "missing" : "changed", apply: () => write(file) }];
    }),
    ...stale.map((path): Change => ({ path, what: "no longer generated", apply: () => rmSync(join(root, path)) })),
  ];
}

function main(args: readonly string[]): number {
  const check = args.includes("--check");
  const names = args.filter((arg) => !arg.startsWith("--"));
  const known = generators.map((generator) => generator.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`no generator is named "${unknown}"; there are: ${known.join(", ")}`);
    return 2;
  }
  const chosen = generators.filter((generator) => names.length === 0 || names.includes(generator.name));
  const changes = chosen.flatMap(changesOf);
  for (const change of changes) {
    console.error(`${change.path}: ${change.what}`);
    if (!check) change.apply();
  }
  if (check && changes.length > 0) console.error("run `npm run gen` and commit what it writes");
  return check && changes.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
