/**
 * The programs that this suite needs: helm, built from its Go module once into a cache keyed by its version, and promtool,
 * from the path or from Debian's package. `node test/charts/tools.ts` gets them and prints where they are.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const helmVersion = "v4.3.1";

export interface Tools {
  readonly helm: string;
  readonly promtool: string;
}

/** What is missing, and how to get it. */
export class ToolMissing extends Error {
  override readonly name = "ToolMissing";
}

type Environment = Readonly<Record<string, string | undefined>>;
type Report = (line: string) => void;

export async function prepareTools(report: Report, environment: Environment = process.env): Promise<Tools> {
  const cache = join(environment["KARPENTER_CACHE_DIR"] || join(root, ".cache"), "charts");
  await mkdir(cache, { recursive: true });
  return { helm: await prepareHelm(cache, environment, report), promtool: await preparePromtool(cache, environment) };
}

async function prepareHelm(cache: string, environment: Environment, report: Report): Promise<string> {
  const helm = join(cache, `helm-${helmVersion}-${process.platform}-${process.arch}`);
  if (existsSync(helm)) return helm;
  const go = onPath("go", environment) ?? firstFile(["/usr/local/go/bin/go"]);
  if (go === undefined) {
    throw new ToolMissing(
      "the charts are rendered by helm, which is built from its Go module, and there is no `go` on the path nor in " +
        "/usr/local/go/bin. Install Go 1.26 or newer (https://go.dev/doc/install).",
    );
  }
  report(`building helm ${helmVersion} (with nothing in Go's own cache this takes minutes)`);
  await inFolder(cache, async (folder) => {
    const env = { ...environment, GOBIN: folder, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-trimpath" };
    await run(go, ["install", "-ldflags", "-s -w", `helm.sh/helm/v4/cmd/helm@${helmVersion}`], { cwd: folder, env });
    await rename(join(folder, "helm"), helm);
  });
  return helm;
}

async function preparePromtool(cache: string, environment: Environment): Promise<string> {
  const kept = join(cache, "promtool");
  const found = onPath("promtool", environment) ?? firstFile([kept]);
  if (found !== undefined) return found;
  if (onPath("apt-get", environment) === undefined || onPath("dpkg-deb", environment) === undefined) {
    throw new ToolMissing(
      "the alarms are tested by promtool, which is not on the path. Install Prometheus (https://prometheus.io/download), " +
        "or Debian's package of that name.",
    );
  }
  await inFolder(cache, async (folder) => {
    await run("apt-get", ["download", "prometheus"], { cwd: folder, env: environment });
    const archive = (await readdir(folder)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new ToolMissing("apt-get downloaded no package prometheus; run apt-get update");
    await run("dpkg-deb", ["-x", archive, "tree"], { cwd: folder, env: environment });
    await rename(join(folder, "tree", "usr", "bin", "promtool"), kept);
  });
  return kept;
}

/** A folder beside its product, so that what is moved out of it is whole; removed in any case. */
async function inFolder(cache: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(cache, ".unfinished-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const onPath = (name: string, environment: Environment): string | undefined =>
  firstFile((environment["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)));

const firstFile = (files: readonly string[]): string | undefined => files.find((file) => existsSync(file));

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Place {
  readonly cwd: string;
  readonly env?: Environment;
  /** Text for standard input; nothing when absent. */
  readonly input?: string;
}

/** Runs to the end, whatever the end is. */
export function ask(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, input = "" }: Place,
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    // A program that ends without having read its input has said why.
    child.stdin.once("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Runs to a good end; rejects with what it said otherwise. */
export async function run(command: string, args: readonly string[], place: Place): Promise<string> {
  const { code, stdout, stderr } = await ask(command, args, place);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed with exit code ${code}:\n${stdout}${stderr}`.trim());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(JSON.stringify(await prepareTools((line) => console.error(line)), null, 2));
  } catch (error) {
    console.error(error instanceof ToolMissing ? `test/charts: ${error.message}` : error);
    process.exitCode = 2;
  }
}
