/**
 * Plans for recorded cases, judged by the oracle and beside what the reference decided. A sample of each family here; all
 * of them in CI (`npm run corpus -- scheduling test/corpus/data/scheduling`). Cost cases all have their turn, since their
 * bars are means.
 */
import { describe, expect, it } from "vitest";
import { recordingFiles } from "./case-files.ts";
import { type CaseLine, judgeCase, type JudgeOptions } from "./judge-case.ts";
import { type CostGroup, judgeCost, meanGaps } from "./judge-cost.ts";
import { readRecordings } from "./recorded-result.ts";

const own = "test/corpus/data";
const options: JudgeOptions = { catalogues: `${own}/catalogues`, policy: "cheapest", nodeCharge: 0 };
const sampleSize = 2;
const mostPods = 120;

describe("recorded provisioning cases", () => {
  it.each(recordingFiles(`${own}/scheduling`))("%s: plans hold and are no worse than the reference's", (file) => {
    const sample = readRecordings(file)
      .filter((recording) => recording.case.pendingPods.length <= mostPods)
      .slice(0, sampleSize);
    const lines = sample.map((recording) => judgeCase(recording, options).line);
    expect(lines.filter(isWorse)).toEqual([]);
  });
});

const isWorse = (line: CaseLine): boolean => line.class === "worse" || line.exact === false;

/** Mean gap to the bound that a simple greedy reaches (product 5): the plans must stay below it. */
const bars: Readonly<Record<CostGroup, number>> = {
  "amd64 on demand": 0.055,
  "both architectures on demand": 0.059,
  "with spot": 0.07,
  "GPU and all types": 0.09,
};

describe("recorded cost cases", () => {
  it("get plans that hold, stay below a greedy's mean gap and are never dearer than the reference's", () => {
    const lines = recordingFiles(`${own}/cost`)
      .flatMap(readRecordings)
      .map((recording) => judgeCost(recording, options).line);
    expect(lines.filter((line) => isWorse(line) || line.unplaced > 0 || line.narrowClaims > 0)).toEqual([]);
    expect(meanGaps(lines).filter(({ group, gap }) => gap > bars[group])).toEqual([]);
  }, 120_000);
});
