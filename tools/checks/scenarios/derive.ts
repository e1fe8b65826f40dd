/**
 * Reads the numbers of all scenarios from the chapters of the specification (first argument, or SPEC_DIR) and writes them to
 * `ids.json`, which is checked in: the chapters are not part of the project.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Chapter {
  readonly name: string;
  readonly file: string;
  /** Heading of the part that lists them. */
  readonly part: RegExp;
  /** Heading within the part whose mark goes before the number. */
  readonly group?: RegExp;
  readonly item: RegExp;
  readonly joint?: string;
}

const chapters: readonly Chapter[] = [
  { name: "scheduling", file: "scheduling.md", part: /^## 10\. /, group: /^### ([A-Z])\. /, item: /^(\d+)\. /g },
  { name: "lifecycle", file: "lifecycle-and-disruption.md", part: /^## 7\. /, item: /^- ([A-Z]+\d+)\+? /g },
  { name: "aws", file: "aws.md", part: /^## 9\. /, group: /^### (9\.\d+) /, item: /^(\d+)\. /g, joint: "." },
  { name: "ops", file: "operations.md", part: /^## 9\. /, group: /^### (9\.2) /, item: /\((\d+)\) /g, joint: "." },
];

/** Lines of the part that lists scenarios, each with the mark of its group; none before the first group. */
function* listedLines({ part, group }: Chapter, text: string): Generator<readonly [string, string]> {
  let inPart = false;
  let mark = group === undefined ? "" : undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) inPart = part.test(line);
    if (line.startsWith("### ") && group !== undefined) mark = group.exec(line)?.[1];
    if (inPart && mark !== undefined) yield [mark, line];
  }
}

function idsOf(chapter: Chapter, text: string): readonly string[] {
  const ids = [...listedLines(chapter, text)].flatMap(([mark, line]) =>
    [...line.matchAll(chapter.item)].map(([, number = ""]) => `${mark}${chapter.joint ?? ""}${number}`),
  );
  if (new Set(ids).size !== ids.length) throw new Error(`${chapter.file}: a scenario number occurs twice`);
  return ids;
}

const directory = process.argv[2] ?? process.env["SPEC_DIR"];
if (directory === undefined) {
  console.error("derive: name the directory of the chapters: node tools/checks/scenarios/derive.ts DIRECTORY");
  process.exit(2);
}
const ids = Object.fromEntries(
  chapters.map((chapter) => [chapter.name, idsOf(chapter, readFileSync(join(directory, chapter.file), "utf8"))]),
);
writeFileSync(join(import.meta.dirname, "ids.json"), `${JSON.stringify(ids, null, 2)}\n`);
for (const [name, list] of Object.entries(ids)) console.log(`${name}: ${list.length} scenarios`);
