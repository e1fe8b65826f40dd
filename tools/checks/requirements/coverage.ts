/** Which requirements of the founding document have a test that ran (spec: v1alpha5 6.3; product 4.2). */
import type { SuiteReport } from "../suite-report.ts";

/** What stands in the chapter's table: rules of the advisor, and why a row can have no test. */
export type RequirementTable = Readonly<
  Record<string, { readonly rules?: readonly string[]; readonly reason?: string }>
>;

export interface RequirementLine {
  readonly schema: "coverage-requirements/1";
  readonly requirement: string;
  /** Title of a test that passed. */
  readonly test?: string;
  /** Rules of the advisor that check a cluster for it, by the chapter. */
  readonly rule?: string;
  readonly reason?: string;
}

/** One line for each row of the table, in its order. A requirement counts when a test names it and none that does failed. */
export function requirementCoverage(
  table: RequirementTable,
  reports: readonly SuiteReport[],
): readonly RequirementLine[] {
  const tests = reports.flatMap((report) => report.tests);
  return Object.entries(table).map(([requirement, { rules = [], reason }]) => {
    const naming = tests.filter(({ title }) => title.includes(`[${requirement}]`));
    const failed = naming.some(({ state }) => state === "failed");
    const passed = failed ? undefined : naming.find(({ state }) => state === "passed");
    return {
      schema: "coverage-requirements/1",
      requirement,
      ...(passed === undefined ? {} : { test: passed.title }),
      ...(rules.length === 0 ? {} : { rule: rules.join(" ") }),
      ...(passed === undefined && reason !== undefined ? { reason } : {}),
    };
  });
}
