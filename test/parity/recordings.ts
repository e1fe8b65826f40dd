/** Recorded answers of a real control plane: one file per call, made by `record.ts`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StepOutcome } from "./parity-call.ts";

export const recordedFolder = fileURLToPath(new URL("recorded/", import.meta.url));

/** What both sides must have in common for their outputs to be alike. */
export interface RecordedWith {
  /** Version of kubectl. */
  readonly kubectl: string;
  /** Version of the API server. */
  readonly server: string;
}

const aboutFile = (folder: string): string => join(folder, "recorded-with.json");
const callFile = (folder: string, name: string): string => join(folder, `${name}.json`);

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);

/** Empties the folder and notes what the recordings to come are made with. */
export function beginRecordings(folder: string, about: RecordedWith): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeJson(aboutFile(folder), about);
}

export const recordedWith = (folder: string): RecordedWith => readJson(aboutFile(folder)) as RecordedWith;

export const writeRecording = (folder: string, name: string, steps: readonly StepOutcome[]): void =>
  writeJson(callFile(folder, name), steps);

/** Undefined for a call that was never recorded. */
export function readRecording(folder: string, name: string): readonly StepOutcome[] | undefined {
  const file = callFile(folder, name);
  return existsSync(file) ? (readJson(file) as readonly StepOutcome[]) : undefined;
}

/** Names of all recorded calls, in order. */
export const recordedNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file !== "recorded-with.json")
    .map((file) => file.replace(/\.json$/, ""))
    .toSorted();
