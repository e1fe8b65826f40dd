import { type ChildProcessByStdio, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Folder of the real manifests; in CI it must be there. */
export const workloadsDirectory = process.env.WORKLOADS_DIR ?? join(root, "..", "shared", "data", "workloads");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Text of standard output and standard error so far. */
  readonly seen: () => string;
  /** Resolves when the text so far matches; rejects when the process ends or the time is over. */
  waitFor(pattern: RegExp, milliseconds: number): Promise<RegExpExecArray>;
}

export interface RunOptions {
  readonly uid?: number;
  readonly cwd?: string;
}

/** Starts the command line as a process of its own, the way a user does. */
export function startKarpenter(args: readonly string[], options: RunOptions = {}): Running {
  const started = performance.now();
  const child = spawn(join(root, "bin/karpenter.mjs"), [...args], {
    cwd: options.cwd ?? root,
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  // A test run that is cut short must not leave a cluster behind.
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("close", () => process.off("exit", end));
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    notify();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    notify();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 });
      notify();
    });
  });
  const seen = (): string => stdout + stderr;
  const waitFor = (pattern: RegExp, milliseconds: number): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        waiting.delete(check);
        act();
      };
      const check = (): void => {
        const found = pattern.exec(seen());
        if (found !== null) finish(() => resolve(found));
        else if (child.exitCode !== null)
          finish(() => reject(new Error(`ended with ${child.exitCode} before ${pattern}:\n${seen()}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no ${pattern} within ${milliseconds} ms:\n${seen()}`))),
        milliseconds,
      );
      waiting.add(check);
      check();
    });
  return { child, ended, seen, waitFor };
}

/** Runs it to the end. */
export const runKarpenter = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  startKarpenter(args, options).ended;

/** Whether a process of this id still exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Peak resident memory of a running process in MiB, from the kernel (Linux only). */
export async function peakMemoryMiB(pid: number): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}
