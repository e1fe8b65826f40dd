import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { familyNames, generateFamilyCase } from "./families.ts";
import { faultsBeside } from "./no-worse.ts";

const catalogues = fileURLToPath(new URL("../data/catalogues", import.meta.url));

/** Of one case: the first faults say what is wrong. */
const mostTold = 3;

/** Exit code: 0 fine, 1 when some plan is worse than the compatible one, 2 for wrong use. */
export function runFamilies(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { count: { type: "string", default: "100" }, from: { type: "string", default: "0" } },
  });
  const unknown = positionals.filter((name) => !familyNames.includes(name));
  const [from, count] = [Number(values.from), Number(values.count)];
  if (unknown.length > 0 || !Number.isInteger(from) || !Number.isInteger(count)) {
    process.stderr.write(`corpus: expected families of ${familyNames.join(", ")}, and whole numbers\n`);
    return 2;
  }
  let faulty = 0;
  for (const family of positionals.length > 0 ? positionals : familyNames) {
    const before = faulty;
    for (let seed = from; seed < from + count; seed++) {
      const faults = faultsBeside(catalogues, generateFamilyCase(family, seed));
      if (faults.length > 0) faulty++;
      for (const fault of faults.slice(0, mostTold)) process.stdout.write(`${family} ${seed}: ${fault}\n`);
    }
    process.stdout.write(`${family}: ${count} cases, ${faulty - before} at fault\n`);
  }
  return faulty === 0 ? 0 : 1;
}
