import { writeFile } from "node:fs/promises";
import type { KubeObject } from "../../api/index.ts";
import { CliError } from "../cli-error.ts";
import { readInput } from "../input/read-input.ts";
import type { ClusterFlags } from "../offline/offline-flags.ts";
import type { Terminal } from "../terminal.ts";
import { anonymised } from "./anonymise.ts";
import { shortened } from "./shorten.ts";

export interface SnapshotFlags extends ClusterFlags {
  readonly filename: readonly string[];
  readonly anonymise: boolean;
  readonly out?: string;
}

/**
 * Writes all that the engine needs of a cluster as one List: `simulate -f`, `explain -f` and kubectl read it. 1 when some
 * kind may not be listed.
 */
export async function runSnapshot(flags: SnapshotFlags, terminal: Terminal): Promise<number> {
  const { objects, missing } = await objectsOf(flags, terminal);
  const short = objects.map(shortened);
  const items = flags.anonymise ? anonymised(short) : short;
  const text = `${JSON.stringify({ schema: "snapshot/1", apiVersion: "v1", kind: "List", metadata: {}, items })}\n`;
  if (flags.out === undefined) terminal.output.write(text);
  else
    await writeFile(flags.out, text, { mode: 0o600 }).catch((cause: unknown) => {
      throw new CliError(
        `--out ${flags.out ?? ""}: ${cause instanceof Error ? cause.message : String(cause)}`,
        undefined,
        { cause },
      );
    });
  return missing ? 1 : 0;
}

async function objectsOf(
  flags: SnapshotFlags,
  terminal: Terminal,
): Promise<{ readonly objects: readonly KubeObject[]; readonly missing: boolean }> {
  if (flags.filename.length > 0) {
    const { objects, problems } = await readInput(flags.filename, terminal.input);
    const [problem] = problems;
    if (problem !== undefined)
      throw new CliError(`${problem.position.file}:${problem.position.line}: ${problem.message}`);
    return { objects: objects.map(({ object }) => object), missing: false };
  }
  const { readCluster } = await import("../offline/read-cluster.ts");
  return readCluster(flags, terminal);
}
