import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { joinManifests, type ManifestSet, parseManifests } from "../../manifests/index.ts";
import { CliError } from "../cli-error.ts";

const endings = [".yaml", ".yml", ".json"];

/**
 * Reads every `-f` argument: a file, a folder (its .yaml, .yml and .json files, folders inside included, in order of
 * path) or `-` for standard input. Unreadable places and folders without manifests are errors of use.
 */
export async function readInput(places: readonly string[], input: Readable): Promise<ManifestSet> {
  const texts = await readTexts(places, input);
  return joinManifests(texts.map((each) => parseManifests(each.file, each.text)));
}

/** The same places as texts with their names. */
export async function readTexts(
  places: readonly string[],
  input: Readable,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const texts: { file: string; text: string }[] = [];
  for (const place of places) {
    if (place === "-") texts.push({ file: "standard input", text: await text(input) });
    else for (const file of await filesAt(place)) texts.push({ file, text: await contentOf(file) });
  }
  return texts;
}

async function filesAt(place: string): Promise<readonly string[]> {
  const found = await stat(place).catch((error: unknown) => {
    throw unreadable(place, error);
  });
  if (!found.isDirectory()) return [place];
  const names = await readdir(place, { recursive: true }).catch((error: unknown) => {
    throw unreadable(place, error);
  });
  const files = names.filter((name) => endings.some((ending) => name.endsWith(ending))).toSorted();
  if (files.length > 0) return files.map((name) => join(place, name));
  throw new CliError(`-f ${place}: the folder holds no manifest; expected files that end in ${endings.join(", ")}`);
}

async function contentOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

function unreadable(place: string, error: unknown): CliError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why =
    code === "ENOENT" ? "there is no such file or folder" : code === "EACCES" ? "it may not be read" : String(error);
  return new CliError(`-f ${place}: ${why}`, undefined, { cause: error });
}
