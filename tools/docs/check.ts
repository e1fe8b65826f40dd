/**
 * `npm run docs:check`: no link leads nowhere, each block marked `sh run` runs and exits as it says (`exit=1` where a command
 * finds something), and the list of metrics is what a controller at work serves. `--write` brings that list up to date.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { metricsPage } from "./metrics.ts";
import { brokenLinks, readSite } from "./site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const docs = join(root, "docs");
const mostSeconds = 120;

interface Block {
  readonly place: string;
  readonly script: string;
  readonly exitCode: number;
}

function blocks(): readonly Block[] {
  const names = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  return names.toSorted().flatMap((name) => {
    const text = readFileSync(join(docs, name), "utf8");
    return [...text.matchAll(/^```sh run(?: exit=(\d+))?\n([\s\S]*?)^```$/gm)].map((found): Block => {
      const line = text.slice(0, found.index).split("\n").length;
      return { place: `docs/${name}:${line}`, script: found[2] ?? "", exitCode: Number(found[1] ?? 0) };
    });
  });
}

async function problemOf({ place, script, exitCode }: Block): Promise<string | undefined> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
  const timer = setTimeout(() => child.kill("SIGKILL"), mostSeconds * 1000);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  return code === exitCode ? undefined : `${place} ended with ${code}, expected ${exitCode}:\n${said.slice(-2_000)}`;
}

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
const all = blocks();
for (const block of all) {
  const problem = await problemOf(block);
  if (problem !== undefined) problems.push(problem);
}
problems.push(...unknownMessages());
const page = await metricsPage(root);
const metricsFile = join(docs, "metrics.md");
if (process.argv.includes("--write")) writeFileSync(metricsFile, page);
else {
  // Some are made when something first happens, so that the page may hold more than this run served.
  const known = new Set(readFileSync(metricsFile, "utf8").split("\n"));
  const missing = page.split("\n").filter((line) => !known.has(line));
  if (missing.length > 0)
    problems.push(
      `docs/metrics.md lacks what a controller serves; run \`npm run docs:check -- --write\`:\n${missing.join("\n")}`,
    );
}
for (const problem of problems) console.error(`docs: ${problem}`);
console.log(`docs: ${all.length} blocks run, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
