import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { installMoto, motoVersion } from "./moto-install.ts";

/** An EC2 API on a loopback port: moto's server, as the tests on the wire have it. */
export interface Ec2Server {
  readonly endpoint: string;
  /** Version of the emulator, for the header of the tables. */
  readonly version: string;
  stop(): void;
}

export async function startEc2Server(): Promise<Ec2Server> {
  const python = await installMoto();
  const port = await freePort();
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitUntilServing(endpoint, () => child.exitCode);
  } catch (error) {
    child.kill();
    throw error;
  }
  return { endpoint, version: motoVersion, stop: () => void child.kill() };
}

export function run(command: string, args: readonly string[], cwd?: string): string {
  const done = spawnSync(command, args, { encoding: "utf8", ...(cwd === undefined ? {} : { cwd }) });
  if (done.error !== undefined) throw new Error(`${command} cannot be run; is it installed?`, { cause: done.error });
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function waitUntilServing(endpoint: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (exitCode() !== null) throw new Error(`moto's server ended with ${exitCode()} before it answered`);
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`moto's server did not answer at ${endpoint} within 30 s`);
}
