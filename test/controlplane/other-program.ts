/** Programs that are not ours, beside the control plane. */
import { spawn } from "node:child_process";

export interface OtherProgram {
  /** 0 when it could not be started. */
  readonly pid: number;
  /** Resolves when it has ended, with what it said on standard output. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
  stop(): Promise<void>;
}

export function startProcess(command: string, args: readonly string[]): OtherProgram {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<{ readonly code: number | null; readonly said: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
