/**
 * Completes package-lock.json: npm leaves out optional packages for other platforms that the registry in use does not
 * serve, and `npm ci` then refuses the lock file everywhere. Each missing one gets an entry with its version and the
 * platform that its name tells, so that it is skipped where it does not fit. Run after a dependency was added.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const file = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, LockedPackage> };

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "wasm32",
  "wasi",
  "win32",
];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "universal"];

/** Platform of a package by the words of its name: `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : words.includes("gnu") ? "glibc" : undefined;
  if (os === undefined && cpu === undefined)
    throw new Error(`the name ${name} tells no platform: add its entry by hand`);
  return {
    ...(os === undefined ? {} : { os: [os === "wasm32" || os === "wasi" ? "none" : os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined || os !== "linux" ? {} : { libc: [libc] }),
  };
}

const added: string[] = [];
for (const [place, locked] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
    const near = `${place}/node_modules/${name}`;
    const top = `node_modules/${name}`;
    if (lock.packages[near] !== undefined || lock.packages[top] !== undefined) continue;
    lock.packages[top] = {
      version: version.replace(/^[\^~]/, ""),
      ...platformOf(name),
      ...(locked.dev === true ? { dev: true } : {}),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}
if (added.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(`complete-lock: ${added.length} entries added${added.length === 0 ? "" : `: ${added.join(", ")}`}`);
