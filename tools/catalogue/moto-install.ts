import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Known to behave as spec/aws.md 8.1 says; a newer one may answer more. */
export const motoVersion = "5.2.1";
const packages = [`moto[server,ec2,ssm,iam,sqs,events,eks,sts]==${motoVersion}`];

/** Python of a virtual environment with moto's server; made once and kept under `.cache`. */
export async function installMoto(): Promise<string> {
  const place = join(root, ".cache", `moto-${motoVersion}`);
  const python = join(place, "bin", "python");
  if (existsSync(python)) return python;
  await mkdir(dirname(place), { recursive: true });
  // Under another name until complete, so that an installation cut short is not taken for one.
  const unfinished = `${place}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await run("python3", ["-m", "venv", unfinished]);
  await run(join(unfinished, "bin", "python"), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-compile",
    ...packages,
  ]);
  await rename(unfinished, place);
  return python;
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) =>
      reject(new Error(`cannot run ${command}; Python 3.10 or newer with venv is needed`, { cause: error })),
    );
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")} ended with ${code}`)),
    );
  });
}
