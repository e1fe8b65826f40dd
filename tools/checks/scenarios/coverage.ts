import type { SuiteReport } from "../suite-report.ts";

/** Numbers of all scenarios by chapter, in the chapter's order. */
export type ScenarioIds = Readonly<Record<string, readonly string[]>>;

/** Scenarios that no test covers on purpose, by chapter and number, with the reason. */
export type Exceptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ChapterCoverage {
  readonly schema: "coverage-scenarios/1";
  readonly chapter: string;
  readonly total: number;
  readonly passing: number;
  readonly missing: readonly string[];
  /** Those of `missing` that have a reason. */
  readonly excepted: readonly { readonly id: string; readonly reason: string }[];
  /** Tests name them, the chapter does not. */
  readonly unknown: readonly string[];
}

const tag = /\[(scheduling|lifecycle|aws|ops) ([A-Z]*[0-9.]+)\]/g;

/** Scenarios that a title names, as `chapter id`. */
export const scenariosIn = (title: string): readonly string[] =>
  [...title.matchAll(tag)].map(([, chapter = "", id = ""]) => `${chapter} ${id}`);

/** One line for each chapter. A scenario passes when a test that names it passed and none that names it failed. */
export function coverageOf(
  ids: ScenarioIds,
  exceptions: Exceptions,
  reports: readonly Pick<SuiteReport, "tests">[],
): readonly ChapterCoverage[] {
  const states = new Map<string, Set<string>>();
  for (const { title, state } of reports.flatMap(({ tests }) => tests)) {
    for (const name of scenariosIn(title)) states.set(name, (states.get(name) ?? new Set<string>()).add(state));
  }
  const passes = (name: string): boolean => {
    const seen = states.get(name);
    return seen !== undefined && seen.has("passed") && !seen.has("failed");
  };
  return Object.entries(ids).map(([chapter, list]) => {
    const missing = list.filter((id) => !passes(`${chapter} ${id}`));
    const known = new Set(list.map((id) => `${chapter} ${id}`));
    const reasons = exceptions[chapter] ?? {};
    return {
      schema: "coverage-scenarios/1",
      chapter,
      total: list.length,
      passing: list.length - missing.length,
      missing,
      excepted: missing.flatMap((id) => (reasons[id] === undefined ? [] : [{ id, reason: reasons[id] }])),
      unknown: [...states.keys()].filter((name) => name.startsWith(`${chapter} `) && !known.has(name)).sort(),
    };
  });
}
