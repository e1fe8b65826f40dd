/** `--fix`: writes the edits that are safe, and gives the others as patches. */
import { writeFile } from "node:fs/promises";
import { type AdvisorInput, type Advice, type Edit, type Finding } from "../../../advisor/index.ts";
import { joinManifests, parseManifests } from "../../../manifests/index.ts";
import { applyEdits } from "./apply-edits.ts";
import { livePatch } from "./live-patch.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** Mending one thing may bring another to light; this many looks are enough for any that depend on each other. */
const mostLooks = 10;

export interface Fixed {
  readonly input: AdvisorInput;
  readonly advice: Advice;
  /** Files that were changed, with their texts. */
  readonly changed: ReadonlyMap<string, string>;
  readonly count: number;
}

/** Until a look finds nothing more that is safe to write. Pure; `look` asks the rules. */
export function fixTexts(input: AdvisorInput, look: (input: AdvisorInput) => Advice): Fixed {
  let current = input;
  let advice = look(current);
  let count = 0;
  for (let looks = 0; looks < mostLooks; looks++) {
    const { texts, applied } = writtenOnce(current, advice.findings);
    if (applied === 0) break;
    count += applied;
    current = withTexts(current, texts);
    advice = look(current);
  }
  const before = input.texts ?? new Map<string, string>();
  const changed = [...(current.texts ?? [])].filter(([file, text]) => before.get(file) !== text);
  return { input: current, advice, changed: new Map(changed), count };
}

function writtenOnce(input: AdvisorInput, findings: readonly Finding[]) {
  const texts = new Map(input.texts);
  let applied = 0;
  for (const [file, edits] of safeEdits(input, findings)) {
    const result = applyEdits(texts.get(file) ?? "", edits);
    texts.set(file, result.text);
    applied += result.applied;
  }
  return { texts, applied };
}

/** Of manifests alone: a dump is no source of anything. */
function safeEdits(
  { manifests, texts }: AdvisorInput,
  findings: readonly Finding[],
): ReadonlyMap<string, readonly Edit[]> {
  const files = filesOf(manifests);
  const edits = new Map<string, Edit[]>();
  for (const { edit } of findings) {
    const file = edit?.safe === true ? fileOf(edit) : undefined;
    if (edit === undefined || file === undefined || !files.has(file) || texts?.has(file) !== true) continue;
    edits.set(file, [...(edits.get(file) ?? []), edit]);
  }
  return edits;
}

const fileOf = ({ lines, entry }: Edit): string | undefined => lines?.file ?? entry?.position.file;

const filesOf = (set: AdvisorInput["manifests"]): ReadonlySet<string> =>
  new Set([...(set?.objects ?? []), ...(set?.problems ?? [])].map(({ position }) => position.file));

function withTexts(input: AdvisorInput, texts: ReadonlyMap<string, string>): AdvisorInput {
  const files = filesOf(input.manifests);
  const own = [...texts].filter(([file]) => files.has(file));
  return { ...input, texts, manifests: joinManifests(own.map(([file, text]) => parseManifests(file, text))) };
}

export async function writeTexts(changed: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of changed) await writeFile(file, text);
}

/** The patch of a finding whose edit somebody has to decide on; of an object of a cluster a command; empty where there is none. */
export function patchOf(input: AdvisorInput, { edit }: Finding): string {
  if (edit === undefined) return "";
  if (edit.entry !== undefined && input.cluster?.objects.some(({ position }) => position === edit.entry?.position))
    return livePatch(edit.entry.object, edit);
  const file = fileOf(edit);
  const text = file === undefined ? undefined : input.texts?.get(file);
  return file === undefined || text === undefined ? "" : unifiedDiff(file, text, applyEdits(text, [edit]).text);
}
