/** The product's own programs, each in a process of its own, as an operator would start them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Lifecycle } from "../../../src/platform/index.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Program {
  readonly pid: number;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** Rejects when the program ends without having been asked to. */
  readonly broken: Promise<never>;
}

/**
 * Starts `karpenter` with these arguments on this very Node, so that the process id is the program's own. It is stopped with
 * the lifecycle; what it says goes to `log`.
 */
export function startProgram(
  lifecycle: Lifecycle,
  program: {
    readonly args: readonly string[];
    readonly nodeArgs?: readonly string[];
    readonly log: string;
    /** The sources by default; `dist/cli/main.js` is what an installed package runs. */
    readonly entry?: string;
  },
): Program {
  const { args, nodeArgs = [], log, entry = "bin/karpenter.mjs" } = program;
  // A variable of test runners; once an option of the product.
  const { MODE: _, ...environment } = process.env;
  // The first line of bin/karpenter.mjs says how Node is started.
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=8", "--heap-growing-percent=25", ...nodeArgs, entry, ...args],
    {
      cwd: root,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const ended = Promise.withResolvers<Awaited<Program["ended"]>>();
  child.once("exit", (code, signal) => ended.resolve({ code, signal }));
  const broken = Promise.withResolvers<never>();
  // Whoever waits for something else meanwhile must not be ended by it.
  broken.promise.catch(() => undefined);
  child.once("exit", (code, signal) => {
    broken.reject(new Error(`karpenter ${args[0]} ended (${signal ?? `exit code ${code}`}); see ${log}`));
  });
  lifecycle.onStop(`karpenter ${args[0]}`, async () => {
    await end(child);
    file.end();
  });
  if (child.pid === undefined) throw new Error(`karpenter ${args[0]} could not be started`);
  return {
    pid: child.pid,
    ended: ended.promise,
    kill: (signal) => void child.kill(signal),
    broken: broken.promise,
  };
}

const graceMilliseconds = 35_000;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
  await ended;
  clearTimeout(timer);
}
