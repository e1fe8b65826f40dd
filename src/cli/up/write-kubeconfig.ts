import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CliError } from "../cli-error.ts";

/** Writes for the owner's eyes only; a place that cannot be written to is named with the flag that changes it. */
export async function writeKubeconfig(file: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await refuseSpecial(file);
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `the kubeconfig cannot be written to ${file}: ${why}; choose another place with --kubeconfig-out`,
      undefined,
      { cause: error },
    );
  }
}

/**
 * Like a recursive `mkdir`, but each folder is tried twice at most: Node's own tries for ever where the system says that a
 * folder whose parent is there cannot be found, as in /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch(async (error: unknown) => {
    // Somebody else may have been a moment faster.
    if (!(await isFolder(folder))) throw error;
  });
}

const isFolder = (place: string): Promise<boolean> =>
  stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Opening a pipe waits for its reader, for ever if none comes. */
async function refuseSpecial(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFIFO() === true) throw new Error("it is a pipe, not a file");
}
