/**
 * `npm run docs:check`: no link leads nowhere, each block marked `sh run` runs and exits as it says, every message of
 * troubleshooting stands in the code, and the list of metrics is what a controller at work serves. `--write` brings that list
 * and the pictures up to date.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runBlocks } from "./blocks.ts";
import { metricsPage } from "./metrics.ts";
import { drawPictures } from "./pictures.ts";
import { brokenLinks, readSite } from "./site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const docs = join(root, "docs");
/** Messages in the first column of troubleshooting that the code does not say. */
function unknownMessages(): readonly string[] {
  const source = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(root, "src", name), "utf8"))
    .join("\n");
  const rows = readFileSync(join(docs, "troubleshooting.md"), "utf8").matchAll(/^\| (`[^|]*) \|/gm);
  const messages = [...rows].flatMap(([, column = ""]) =>
    [...column.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text),
  );
  return messages
    .filter((text) => !text.startsWith("/") && !source.includes(text.replace(/^\[-\]/, "")))
    .map((text) => `docs/troubleshooting.md: nothing in src says "${text}"`);
}

const problems = brokenLinks(readSite(docs), root).map((link) => `${link} leads nowhere`);
const [run, page] = await Promise.all([runBlocks(root), metricsPage(root)]);
problems.push(...run.problems, ...unknownMessages());
const metricsFile = join(docs, "metrics.md");
if (process.argv.includes("--write")) {
  writeFileSync(metricsFile, page);
  mkdirSync(join(docs, "pictures"), { recursive: true });
  for (const { name, svg } of await drawPictures(root)) writeFileSync(join(docs, "pictures", name), svg);
} else {
  // Some are made when something first happens, so that the page may hold more than this run served.
  const known = new Set(readFileSync(metricsFile, "utf8").split("\n"));
  const missing = page.split("\n").filter((line) => !known.has(line));
  if (missing.length > 0)
    problems.push(
      `docs/metrics.md lacks what a controller serves; run \`npm run docs:check -- --write\`:\n${missing.join("\n")}`,
    );
}
for (const problem of problems) console.error(`docs: ${problem}`);
console.log(`docs: ${run.count} blocks run, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
