/** Where recordings and their catalogues lie (corpus/README.md). */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const recordingName = /\.jsonl?(\.gz)?$/;

/** Files of recordings in a folder, in order of name. Throws with a reason when there are none. */
export function recordingFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) throw new Error(`${folder}: no such folder; expected one with recorded cases NAME.json`);
  const files = readdirSync(folder)
    .filter((name) => recordingName.test(name) && !name.includes(".result."))
    .sort(byCaseName)
    .map((name) => join(folder, name));
  if (files.length === 0)
    throw new Error(`${folder}: no file NAME.json or NAME.jsonl (or .gz of these); expected recorded cases`);
  return files;
}

/** The folder `catalogues` in the cases' folder, else beside it. */
export function catalogueFolder(folder: string): string {
  const places = [join(folder, "catalogues"), join(dirname(folder.replace(/\/+$/, "")), "catalogues")];
  const found = places.find(existsSync);
  if (found === undefined) throw new Error(`no folder "catalogues" in ${folder} or beside it`);
  return found;
}

/** `pack-plain-2` before `pack-plain-10`. */
function byCaseName(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
