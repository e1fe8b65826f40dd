/** The last line of a corpus run (product 4.2). */
import type { CaseClass, CaseLine } from "./judge-case.ts";

export interface TotalLine {
  readonly schema: "corpus-total/1";
  readonly total: true;
  readonly cases: number;
  readonly valid: number;
  readonly better: number;
  readonly equal: number;
  readonly intended: number;
  readonly worse: number;
  readonly missingPods: number;
  /** Over the cases that place as many pods as the reference does at most. */
  readonly price: number;
  readonly referencePrice: number;
  readonly exactCases: number;
  readonly exactEqual: number;
  /** Names of the cases with more pods placed than in any recorded outcome. */
  readonly apart: readonly string[];
  /** Cases dearer than the reference's cheapest outcome. */
  readonly aboveCheapest: number;
  /** Of these, those with a recorded decision that holds. */
  readonly aboveCheapestHolding: number;
  readonly milliseconds: number;
}

export function totalOf(lines: readonly CaseLine[]): TotalLine {
  const count = (wanted: CaseClass): number => lines.filter((line) => line.class === wanted).length;
  const compared = lines.filter(({ apart }) => !apart);
  const above = compared.filter(({ price, referenceMin }) => price > referenceMin + 1e-7);
  const exact = lines.flatMap((line) => line.exact ?? []);
  return {
    schema: "corpus-total/1",
    total: true,
    cases: lines.length,
    valid: lines.filter(({ valid }) => valid).length,
    better: count("better"),
    equal: count("equal"),
    intended: count("intended"),
    worse: count("worse"),
    missingPods: sum(lines, ({ missingPods }) => missingPods),
    price: sum(compared, ({ price }) => price),
    referencePrice: sum(compared, ({ referencePrice }) => referencePrice),
    exactCases: exact.length,
    exactEqual: exact.filter(Boolean).length,
    apart: lines.filter(({ apart }) => apart).map(({ name }) => name),
    aboveCheapest: above.length,
    aboveCheapestHolding: above.filter(({ referenceHolds }) => referenceHolds).length,
    milliseconds: Math.round(sum(lines, ({ milliseconds }) => milliseconds)),
  };
}

const sum = (lines: readonly CaseLine[], of: (line: CaseLine) => number): number =>
  lines.reduce((total, line) => total + of(line), 0);
