/**
 * `node tools/checks/licences.ts [--list]`: every package that runs with the product has a licence that the project can live
 * with. Reads `package-lock.json` and, where that does not say, the package itself. Exit 1 with the packages that have none.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** They ask for a notice, and for nothing else. */
const accepted = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Unlicense",
];

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const { packages } = readJson(join(root, "package-lock.json")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

function licenceOf(place: string, { license }: Locked): string {
  if (license !== undefined) return license;
  const file = join(root, place, "package.json");
  if (!existsSync(file)) return "unknown";
  const found = (readJson(file) as { readonly license?: string | { readonly type?: string } }).license;
  return (typeof found === "string" ? found : found?.type) ?? "unknown";
}

/** One of several is enough where there is a choice; all of them are needed where they add up. */
function isAccepted(licence: string): boolean {
  const plain = licence.replaceAll(/[()]/g, "");
  if (plain.includes(" OR ")) return plain.split(" OR ").some(isAccepted);
  return plain.split(" AND ").every((each) => accepted.includes(each.trim()));
}

const running = Object.entries(packages)
  .filter(([place, { dev }]) => place !== "" && dev !== true)
  .map(([place, locked]) => ({
    name: place.split("node_modules/").at(-1) ?? place,
    licence: licenceOf(place, locked),
    locked,
  }));
const refused = running.filter(({ licence }) => !isAccepted(licence));
if (process.argv.includes("--list")) {
  for (const { name, licence, locked } of running) console.log(`${name} ${locked.version ?? ""} ${licence}`);
}
for (const { name, licence } of refused)
  console.error(`licences: ${name} is under ${licence}, expected ${accepted.join(", ")}`);
if (running.length < 10) console.error(`licences: only ${running.length} packages found; is package-lock.json whole?`);
console.error(`licences: ${running.length} packages, ${refused.length} refused`);
process.exitCode = refused.length === 0 && running.length >= 10 ? 0 : 1;
