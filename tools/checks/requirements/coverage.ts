/** Which requirements of the founding document have a test that ran (spec: v1alpha5 6.3; product 4.2). */
import type { SuiteReport } from "../suite-report.ts";

/** What stands in the chapter's table: rules by their ids, built or to come, and why a row can have no test. */
export type RequirementTable = Readonly<
  Record<string, { readonly rules?: readonly string[]; readonly reason?: string }>
>;

export interface RequirementLine {
  readonly schema: "coverage-requirements/1";
  readonly requirement: string;
  /** Title of a test that passed. */
  readonly test?: string;
  /** Rules of the advisor that check a cluster for it. */
  readonly rule?: string;
  /** Rules of the chapter's table that the advisor does not have yet. */
  readonly ruleToCome?: string;
  readonly reason?: string;
}

/** One line for each row of the table, in its order. A requirement counts when a test names it and none that does failed. */
export function requirementCoverage(
  table: RequirementTable,
  reports: readonly SuiteReport[],
  built: ReadonlySet<string>,
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
      ...listed("rule", rules, (id) => built.has(id)),
      ...listed("ruleToCome", rules, (id) => !built.has(id)),
      ...(passed === undefined && reason !== undefined ? { reason } : {}),
    };
  });
}

const listed = (field: "rule" | "ruleToCome", rules: readonly string[], belongs: (id: string) => boolean) => {
  const ids = rules.filter(belongs).join(" ");
  return ids === "" ? {} : { [field]: ids };
};
