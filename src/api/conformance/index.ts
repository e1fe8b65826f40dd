/**
 * The admission rules of the api chapter as data, one accepted and one refused object each, so that any API server can be
 * held against them: apply the CRDs, then for each case create `stored` where there is one, send `accepted` and expect
 * success, send `refused` and expect 422 with the cause.
 */
export { admissionRuleCases } from "../rules/table.ts";
export type { Manifest, RuleCase } from "../rules/rule-case.ts";
