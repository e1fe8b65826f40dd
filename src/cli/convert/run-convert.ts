import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Conversion, convertObjects, type EraDefaultsChoice, type Loss } from "../../legacy/index.ts";
import { type ManifestObject, objectName, positionText, renderObject } from "../../manifests/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { readInput } from "../input/read-input.ts";
import type { ClusterFlags } from "../offline/offline-flags.ts";
import { runSimulate, type SimulateFlags } from "../simulate/run-simulate.ts";
import type { Terminal } from "../terminal.ts";

export interface ConvertFlags extends ClusterFlags {
  readonly filename: readonly string[];
  readonly check: boolean;
  readonly compare: boolean;
  readonly defaults: EraDefaultsChoice;
  readonly losses: "text" | "json";
  readonly output: SimulateFlags["output"];
}

/** Converted YAML on standard output, losses on standard error; 1 on any loss, 2 when a document cannot be read. */
export async function runConvert(flags: ConvertFlags, terminal: Terminal): Promise<number> {
  const { objects, problems } = await readObjects(flags, terminal);
  for (const problem of problems) terminal.errors.write(`${problem}\n`);
  const conversions = convertObjects(
    objects.map(({ object }) => object),
    { defaults: flags.defaults },
  );
  const read = objects.flatMap((entry, index) => {
    const conversion = conversions[index];
    return conversion === undefined ? [] : [{ entry, conversion }];
  });
  const text = read.flatMap(documentsOf).join("---\n");
  if (!flags.check && !flags.compare) terminal.output.write(text);
  const lines = read.flatMap(({ entry, conversion }) => conversion.losses.map((loss) => lineOf(entry, loss)));
  for (const line of lines) terminal.errors.write(`${flags.losses === "json" ? JSON.stringify(line) : textOf(line)}\n`);
  const compared = flags.compare ? await comparePlans(flags, text, terminal) : exitCodes.fine;
  if (problems.length > 0) return exitCodes.wrongUse;
  const left = flags.check && read.some(({ conversion }) => !conversion.kept);
  return lines.length > 0 || left ? exitCodes.findings : compared;
}

async function readObjects(
  flags: ConvertFlags,
  terminal: Terminal,
): Promise<{ readonly objects: readonly ManifestObject[]; readonly problems: readonly string[] }> {
  if (flags.filename.length === 0) {
    // The client is loaded only where a cluster is asked for.
    const { readLive } = await import("./read-live.ts");
    const { objects, refusals } = await readLive(flags, terminal);
    return { objects, problems: refusals };
  }
  const { objects, problems } = await readInput(flags.filename, terminal.input);
  return { objects, problems: problems.map(({ position, message }) => `${positionText(position)}: ${message}`) };
}

/** What the cluster would do differently: both forms through the engine, with the workloads of the input. */
async function comparePlans(flags: ConvertFlags, converted: string, terminal: Terminal): Promise<number> {
  const { filename, output } = flags;
  if (filename.length === 0 || filename.includes("-"))
    throw new CliError(
      "--compare reads the input twice: name files with -f; of a cluster take `karpenter snapshot` first",
    );
  const folder = await mkdtemp(join(tmpdir(), "karpenter-convert-"));
  try {
    const file = join(folder, "converted.yaml");
    await writeFile(file, converted);
    const simulate = { filename, compare: [file], region: "us-east-1", scale: new Map(), consolidate: false, output };
    return await runSimulate(simulate, terminal);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Read {
  readonly entry: ManifestObject;
  readonly conversion: Conversion;
}

function documentsOf({ entry, conversion }: Read): readonly string[] {
  const { source } = entry;
  if (conversion.kept) return [source === undefined ? renderObject(entry.object) : source.text()];
  const notes = conversion.notes.map((note) => `# ${note}\n`).join("");
  const texts = conversion.objects.map(({ object, moves }, index) =>
    renderObject(object, source === undefined ? undefined : { source, moves, heading: index === 0 }),
  );
  const [first, ...rest] = texts;
  if (first === undefined) return notes === "" ? [] : [`# ${objectName(entry)}\n${notes}`];
  return [`${notes}${first}`, ...rest];
}

interface LossLine {
  readonly schema: "karpenter.convert.loss/1";
  readonly file: string;
  readonly line: number;
  readonly object: string;
  readonly path: string;
  readonly loss: string;
  readonly remedy: string;
}

function lineOf(entry: ManifestObject, { path, loss, remedy }: Loss): LossLine {
  const { file, line } = path.length === 0 ? entry.position : entry.positionOf(path);
  return {
    schema: "karpenter.convert.loss/1",
    file,
    line,
    object: objectName(entry),
    path: pathText(path),
    loss,
    remedy,
  };
}

/** `spec.taints[0].effect`; keys with dots in brackets. */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[./]/.test(step)) return `["${step}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

const textOf = ({ file, line, object, path, loss, remedy }: LossLine): string =>
  `${file}:${line}: ${object}${path === "" ? "" : `, ${path}`}: ${loss}; ${remedy}`;
