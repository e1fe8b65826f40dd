/**
 * The binaries of the control plane: those that KUBEBUILDER_ASSETS names, or our own Go module built once into a cache
 * folder. `node test/controlplane/build.ts` builds (or finds) them and prints where they are.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const moduleFolder = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

export const binaryNames = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"] as const;
export type BinaryName = (typeof binaryNames)[number];

/** Where each binary is. */
export type Binaries = Readonly<Record<BinaryName, string>>;

/** What is missing, and how to get it. */
export class ControlPlaneMissing extends Error {
  override readonly name = "ControlPlaneMissing";
}

export interface BuildOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told what takes long; nobody by default. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Where Go is looked for besides the path; where its own installer puts it by default. */
  readonly goFolders?: readonly string[];
}

/**
 * Finds or builds all binaries; builds what the cache lacks. Rejects with `ControlPlaneMissing` when it cannot, with the
 * signal's reason when aborted, and with the compiler's words when the build fails.
 */
export async function prepareBinaries(options: BuildOptions = {}): Promise<Binaries> {
  const environment = options.environment ?? process.env;
  const assets = environment.KUBEBUILDER_ASSETS ?? "";
  if (assets !== "") return givenBinaries(assets);
  return inFolder(await prepareInCache(binaryNames, options));
}

/** The meter of end-to-end runs (`cmd/e2ebench`): always our own, so always built. */
export async function prepareMeter(options: BuildOptions = {}): Promise<string> {
  return join(await prepareInCache(["e2ebench"], options), "e2ebench");
}

/** Builds what of these commands the cache lacks; gives the folder. */
async function prepareInCache(names: readonly string[], options: BuildOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const folder = await cacheFolder(environment, names);
  const wanted = names.filter((name) => !existsSync(join(folder, name)));
  if (wanted.length === 0) return folder;
  const { goFolders = ["/usr/local/go/bin"], report = () => undefined } = options;
  const go = goCommand([...(environment.PATH ?? "").split(delimiter), ...goFolders]);
  report(`building ${names.join(", ")} with ${spawnSync(go, ["version"], { encoding: "utf8" }).stdout.trim()}`);
  await mkdir(folder, { recursive: true });
  const version = await kubernetesVersion();
  for (const name of wanted) await build({ go, name, folder, version, options });
  return folder;
}

/**
 * `<cache>/controlplane/<key>`: the key changes with the source of these commands, the machine's kind and the way of
 * building, so that a cached binary never is of another source. The cache is `.cache`, or what KARPENTER_CACHE_DIR names.
 */
export async function cacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = binaryNames,
): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch} ${linkerFlags("")}`);
  for (const file of await sourceFiles(names)) {
    hash.update(`\0${file}\0`).update(await readFile(join(moduleFolder, file)));
  }
  const cache = environment.KARPENTER_CACHE_DIR || join(root, ".cache");
  return join(cache, "controlplane", hash.digest("hex").slice(0, 16));
}

async function sourceFiles(names: readonly string[]): Promise<readonly string[]> {
  const commands = await readdir(join(moduleFolder, "cmd"), { recursive: true });
  const sources = commands.filter((name) => name.endsWith(".go") && names.includes(name.split(sep)[0] ?? ""));
  return ["go.mod", "go.sum", ...sources.map((name) => join("cmd", name))].toSorted();
}

const inFolder = (folder: string): Binaries =>
  Object.fromEntries(binaryNames.map((name) => [name, join(folder, name)])) as Binaries;

function givenBinaries(assets: string): Binaries {
  const binaries = inFolder(assets);
  const missing = binaryNames.filter((name) => !existsSync(binaries[name]));
  if (missing.length === 0) return binaries;
  throw new ControlPlaneMissing(
    `KUBEBUILDER_ASSETS names ${assets}, which lacks ${missing.join(", ")}. Put binaries of the same release there ` +
      "(https://dl.k8s.io/release/VERSION/bin/OS/ARCH/NAME), or unset the variable to build all of them from source, " +
      "for which Go is needed.",
  );
}

/** The first Go in these folders. */
function goCommand(folders: readonly string[]): string {
  const files = folders.filter((folder) => folder !== "").map((folder) => join(folder, "go"));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new ControlPlaneMissing(
    "the control plane for tests is built from Go source, and there is no `go` on the path nor in /usr/local/go/bin. " +
      "Install Go 1.26 or newer (https://go.dev/doc/install), or set KUBEBUILDER_ASSETS to a folder with " +
      `${binaryNames.join(", ")}.`,
  );
}

/** The release that go.mod asks for: the binaries say it as their own. */
async function kubernetesVersion(): Promise<string> {
  const text = await readFile(join(moduleFolder, "go.mod"), "utf8");
  const version = /^\s*k8s\.io\/kubernetes (v\d+\.\d+\.\d+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error("test/controlplane/go.mod requires no release of k8s.io/kubernetes");
  return version;
}

/** A plain build would call itself v0.0.0, which kubectl and the API server refuse to compare. The date is fixed: equal source, equal bytes. */
function linkerFlags(version: string): string {
  const [major = "", minor = ""] = version.replace("v", "").split(".");
  const facts = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: "clean",
    gitCommit: "module",
    buildDate: "2026-01-01T00:00:00Z",
  };
  const settings = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((place) =>
    Object.entries(facts).map(([name, value]) => `-X ${place}.${name}=${value}`),
  );
  return ["-s", "-w", ...settings].join(" ");
}

interface Build {
  readonly go: string;
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  readonly options: BuildOptions;
}

/** Built beside its place and moved there when whole: an interrupted build leaves nothing that looks like a binary. */
async function build({ go, name, folder, version, options }: Build): Promise<void> {
  const { report = () => undefined, signal } = options;
  const started = performance.now();
  report(`building ${name} (with nothing in Go's own cache this takes minutes)`);
  const unfinished = join(folder, `.${name}-${process.pid}`);
  try {
    await run(go, ["build", "-trimpath", "-ldflags", linkerFlags(version), "-o", unfinished, `./cmd/${name}`], signal);
    await rename(unfinished, join(folder, name));
  } finally {
    await rm(unfinished, { force: true });
  }
  report(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Runs the compiler in the module's folder; what it said goes into the error. */
function run(command: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: moduleFolder,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", "ignore", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", (cause) => reject(signal?.aborted === true ? signal.reason : cause));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go ${args[0]} ${args.at(-1)} failed with exit code ${code}:\n${said.trim()}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(JSON.stringify(await prepareBinaries({ report: (line) => console.error(line) }), null, 2));
  } catch (error) {
    console.error(error instanceof ControlPlaneMissing ? `test/controlplane: ${error.message}` : error);
    process.exitCode = 2;
  }
}
