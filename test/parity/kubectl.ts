/** Runs the user's kubectl as a process of its own. */
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";

export interface KubectlPlace {
  /** Holds the kubeconfig `config` and kubectl's own caches. */
  readonly folder: string;
  /** The program. */
  readonly kubectl: string;
  readonly namespace: string;
}

export interface KubectlRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const limitMilliseconds = 300_000;

/** Version of the client, or why it cannot be had. */
export function kubectlInPath(program = "kubectl"): { readonly version: string } | { readonly missing: string } {
  try {
    const text = execFileSync(program, ["version", "--client", "-o", "json"], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
    });
    const { clientVersion } = JSON.parse(text) as { clientVersion: { gitVersion: string } };
    return { version: clientVersion.gitVersion };
  } catch (error) {
    return { missing: `${program} is not in PATH (${error instanceof Error ? error.message : String(error)})` };
  }
}

export interface KubectlOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called once, with the first thing it prints. */
  readonly onFirstOutput?: () => void;
}

/** Runs it to its end; only a kubectl that cannot be started rejects. */
export function runKubectl(
  place: KubectlPlace,
  words: readonly string[],
  options: KubectlOptions = {},
): Promise<KubectlRun> {
  const { promise, resolve, reject } = Promise.withResolvers<KubectlRun>();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: place.folder,
    TMPDIR: "/tmp",
    KUBECONFIG: join(place.folder, "config"),
    ...options.env,
  };
  const child = spawn(place.kubectl, ["--namespace", place.namespace, ...words], { env, timeout: limitMilliseconds });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onFirstOutput?.();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.once("error", reject);
  child.once("close", (code, signal) => {
    if (code === null) reject(new Error(`kubectl ${words.join(" ")} was ended by ${signal}: ${stdout}${stderr}`));
    else resolve({ exitCode: code, stdout, stderr });
  });
  // A kubectl that refuses its arguments does not read what it is given.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return promise;
}
