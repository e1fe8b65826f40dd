/**
 * Holds the processes of one control plane, so that none outlives whoever asked for it. A process of its own, in a
 * session of its own: Ctrl-C does not reach it, and its standard input ends when its parent does, however that ended. It
 * then stops what it started, latest first, and removes the folder it was given.
 *
 * Reads a request a line (`SupervisorRequest`, `HoldRequest`), answers with an event a line (`SupervisorEvent`).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";

/** Starts `command`; what it says goes to the file `log`. One of that name that runs is killed before, as a crash does. */
export interface SupervisorRequest {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
}

/** Programs that the parent has started itself, and that end with all the rest, until it says that they have ended. */
export type HoldRequest = { readonly hold: number } | { readonly release: number };

export type SupervisorEvent =
  | { readonly kind: "started"; readonly name: string; readonly pid: number }
  /** Ended without having been asked to, or could not be started. */
  | { readonly kind: "ended"; readonly name: string; readonly why: string };

const graceMilliseconds = 10_000;
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: supervisor.ts FOLDER");

interface Held {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

const running: Held[] = [];
const programs = new Set<number>();
/** Ended on purpose, to be started again. */
const replaced = new Set<ChildProcess>();
let stopping = false;

const tell = (event: SupervisorEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

function take(request: SupervisorRequest | HoldRequest): void {
  if ("hold" in request) programs.add(request.hold);
  else if ("release" in request) programs.delete(request.release);
  else void replace(request);
}

async function replace(request: SupervisorRequest): Promise<void> {
  const index = running.findIndex(({ name }) => name === request.name);
  const [old] = index < 0 ? [] : running.splice(index, 1);
  if (old !== undefined) {
    replaced.add(old.child);
    signalGroup(old.child, "SIGKILL");
    await old.ended;
  }
  if (!stopping) start(request);
}

function start({ name, command, args, log }: SupervisorRequest): void {
  const output = openSync(log, "a");
  // A group of its own: what the process itself starts is stopped with it.
  const child = spawn(command, [...args], { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    const end = (why: string): void => {
      if (!stopping && !replaced.has(child)) tell({ kind: "ended", name, why });
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  running.push({ name, child, ended });
  if (child.pid !== undefined) tell({ kind: "started", name, pid: child.pid });
}

async function stopAll(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const pid of programs) signal(pid, "SIGKILL");
  for (const { child, ended } of running.toReversed()) {
    signalGroup(child, "SIGTERM");
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), graceMilliseconds);
    await ended;
    clearTimeout(timer);
    // Nothing of its group may stay behind either.
    signalGroup(child, "SIGKILL");
  }
  await rm(folder!, { recursive: true, force: true });
}

const signalGroup = ({ pid }: ChildProcess, name: NodeJS.Signals): void =>
  pid === undefined ? undefined : signal(-pid, name);

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

// The parent is gone: what would be written now has no reader.
process.stdout.on("error", () => undefined);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => void finish());
const finish = async (): Promise<void> => {
  await stopAll();
  process.exit(0);
};
createInterface({ input: process.stdin })
  .on("line", (line) => take(JSON.parse(line) as SupervisorRequest | HoldRequest))
  .once("close", () => void finish());
