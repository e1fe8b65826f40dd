/**
 * Blocks of the documentation that are run as a reader would type them. A fence ```` ```sh run ```` ends with 0, `exit=N` says
 * otherwise; `background until="TEXT"` starts what goes on, and waits until it says TEXT; `needs=kubectl` runs where there is
 * one, which is that of the control plane for tests or of the path, and is a failure in CI where there is none. Blocks of one
 * page share a folder that looks like a fresh clone, so that what one writes the next can read, and nothing is left behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Block {
  readonly place: string;
  readonly script: string;
  readonly exitCode: number;
  /** What a block that goes on prints once it is ready. */
  readonly until?: string;
  readonly needsKubectl: boolean;
}

export interface BlocksRun {
  readonly count: number;
  readonly problems: readonly string[];
}

const mostSeconds = 90;

/** Pages by two, blocks of a page one after another. */
export async function runBlocks(root: string): Promise<BlocksRun> {
  const docs = join(root, "docs");
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .toSorted()
    .map((name) => blocksOf(name, readFileSync(join(docs, name), "utf8")))
    .filter((blocks) => blocks.length > 0);
  // The longest first, so that nobody waits for it alone in the end.
  const waiting = pages.toSorted((a, b) => b.length - a.length);
  const problems: string[] = [];
  const work = async (): Promise<void> => {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift())
      problems.push(...(await runPage(page, root)));
  };
  await Promise.all([work(), work()]);
  return { count: pages.flat().length, problems: problems.toSorted() };
}

function blocksOf(name: string, text: string): readonly Block[] {
  return [...text.matchAll(/^```sh run([^\n]*)\n([\s\S]*?)^```$/gm)].map((found): Block => {
    const [, how = "", script = ""] = found;
    const line = text.slice(0, found.index).split("\n").length;
    const until = /background until="([^"]+)"/.exec(how)?.[1];
    return {
      place: `docs/${name}:${line}`,
      script,
      needsKubectl: how.includes("needs=kubectl"),
      exitCode: Number(/exit=(\d+)/.exec(how)?.[1] ?? 0),
      ...(until === undefined ? {} : { until }),
    };
  });
}

async function runPage(blocks: readonly Block[], root: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "docs-"));
  for (const name of readdirSync(root)) symlinkSync(join(root, name), join(folder, name));
  const started: ChildProcess[] = [];
  const problems: string[] = [];
  const path = pathWithKubectl(root);
  try {
    for (const block of blocks) {
      if (block.needsKubectl && path === undefined) {
        problems.push(...withoutKubectl(block));
        continue;
      }
      const problem = await problemOf(block, { folder, path: path ?? process.env.PATH ?? "" }, started);
      if (problem !== undefined) problems.push(problem);
    }
  } finally {
    for (const child of started.toReversed()) await ended(child);
    rmSync(folder, { recursive: true, force: true });
  }
  return problems;
}

/** A missing part is said; in CI it is a failure. */
function withoutKubectl({ place }: Block): readonly string[] {
  const missing = `${place} needs kubectl: install it, or run node test/controlplane/build.ts`;
  if (process.env.CI === "true") return [missing];
  console.warn(`docs: not run: ${missing}`);
  return [];
}

/** The path of programs with a kubectl on it; undefined where there is none. */
function pathWithKubectl(root: string): string | undefined {
  const path = process.env.PATH ?? "";
  if (path.split(":").some((folder) => existsSync(join(folder, "kubectl")))) return path;
  const cache = process.env.KARPENTER_CACHE_DIR ?? join(root, ".cache");
  const builds = join(cache, "controlplane");
  const build = (existsSync(builds) ? readdirSync(builds) : []).find((name) =>
    existsSync(join(builds, name, "kubectl")),
  );
  return build === undefined ? undefined : `${join(builds, build)}:${path}`;
}

interface Surroundings {
  readonly folder: string;
  readonly path: string;
}

async function problemOf(
  block: Block,
  { folder, path }: Surroundings,
  started: ChildProcess[],
): Promise<string | undefined> {
  const { place, script, exitCode, until } = block;
  // A group of its own, so that npm and what it runs end together.
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    env: { ...process.env, PATH: path },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const finished = Promise.withResolvers<number | null | "ready">();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: unknown) => {
      said.push(String(text));
      if (until !== undefined && said.join("").includes(until)) finished.resolve("ready");
    });
  }
  child.on("close", (code) => finished.resolve(code));
  const timer = setTimeout(() => endGroup(child, "SIGKILL"), mostSeconds * 1000);
  const end = await finished.promise;
  clearTimeout(timer);
  if (end === "ready") started.push(child);
  if (end === (until === undefined ? exitCode : "ready")) return undefined;
  const expected = until === undefined ? String(exitCode) : `"${until}"`;
  return `${place} ended with ${end}, expected ${expected}:\n${said.join("").slice(-2_000)}`;
}

/** As Ctrl-C does, and then without asking. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  endGroup(child, "SIGINT");
  const timer = setTimeout(() => endGroup(child, "SIGKILL"), 10_000);
  await closed;
  clearTimeout(timer);
}

/** The shell, npm and what it runs. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
