/**
 * Plans for recorded cases, judged by the oracle and by price. The recordings are not part of the project: CORPUS_DIR names
 * their folder (`../shared/corpus` by default), and without it these tests are skipped, in CI they fail.
 */
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { provision } from "../../src/core/index.ts";
import { verifyPlan } from "../oracle/verify-plan.ts";
import { readCase, type RecordedCase, readRecording } from "./read-case.ts";

const folder = process.env["CORPUS_DIR"] ?? "../shared/corpus";
const isMissing = !existsSync(folder) && process.env["CI"] !== "true";
const filesOf = (name: string): readonly string[] => (isMissing ? [] : readdirSync(`${folder}/${name}`).sort());

const familyOf = (file: string): string => file.replace(/-\d+\.json$/, "");

function planOf(recorded: RecordedCase) {
  const { snapshot, options } = readCase(folder, recorded);
  return { snapshot, options, plan: provision(snapshot, options) };
}

describe.skipIf(isMissing)("recorded provisioning cases", () => {
  const families = [...new Set(filesOf("scheduling").map(familyOf))];

  it.each(families)("of the family %s get plans that the oracle accepts", (family) => {
    const faults = filesOf("scheduling")
      .filter((file) => familyOf(file) === family)
      .flatMap((file) => {
        const { snapshot, plan, options } = planOf(readRecording(folder, `scheduling/${file}`).case);
        return verifyPlan(snapshot, plan, options).map((fault) => `${file}: ${fault}`);
      });
    expect(faults).toEqual([]);
  });
});

/** Mean gap to the bound that a simple greedy reaches (product 5): the plan must stay below it. */
const bars: readonly (readonly [group: string, belongs: (file: string) => boolean, bar: number])[] = [
  ["amd64 on demand", (file) => file.includes("amd64"), 0.055],
  ["both architectures on demand", (file) => file.includes("-od") && !file.includes("amd64"), 0.059],
  ["GPU and all types", (file) => /-all|-gpu|multigpu/.test(file), 0.09],
  ["with spot", (file) => !/-od|-all|-gpu|multigpu/.test(file), 0.07],
];

describe.skipIf(isMissing)("recorded cost cases", () => {
  it.each(bars)("%s stay within the mean gap of a greedy", (_, belongs, bar) => {
    const gaps = filesOf("cost")
      .filter(belongs)
      .map((file) => {
        const recording = readRecording(folder, `cost/${file}`);
        const { plan } = planOf(recording.case);
        expect(plan.unplaced).toEqual([]);
        return plan.pricePerHour / (recording.result.bound?.lpPerClass ?? 1) - 1;
      });
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(bar);
  });
});
