/** Rules of a NodePool's disruption stanza (spec: api 1.5). */
import { nodePool, poolBudget, repeated } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const disruptionField = "spec.disruption";
const budgetField = `${disruptionField}.budgets[0]`;

export const disruptionRows: readonly RuleRow[] = [
  {
    id: "nodepool-consolidateafter-syntax",
    section: "1.5",
    rule: "consolidateAfter is a duration of hours, minutes and seconds, or Never",
    accepted: nodePool({ disruption: { consolidateAfter: "Never" } }),
    refused: nodePool({ disruption: { consolidateAfter: "30" } }),
    cause: { field: `${disruptionField}.consolidateAfter`, message: "should match" },
  },
  {
    id: "nodepool-consolidateafter-optional",
    section: "1.5",
    rule: "consolidateAfter may be left out of a written stanza, but not be negative",
    accepted: nodePool({ disruption: { consolidationPolicy: "WhenEmpty" } }),
    refused: nodePool({ disruption: { consolidateAfter: "-30s" } }),
    cause: { field: `${disruptionField}.consolidateAfter`, message: "should match" },
  },
  ...["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"].map(
    (policy): RuleRow => ({
      id: `nodepool-policy-${policy.toLowerCase()}`,
      section: "1.5",
      rule: `${policy} is a policy, in this case of letters`,
      accepted: nodePool({ disruption: { consolidationPolicy: policy } }),
      refused: nodePool({ disruption: { consolidationPolicy: policy.toLowerCase() } }),
      cause: { field: `${disruptionField}.consolidationPolicy`, message: "supported values" },
    }),
  ),
  {
    id: "nodepool-budgets-maximum",
    section: "1.5",
    rule: "at most 50 budgets",
    accepted: poolBudget(...repeated(50, { nodes: "1" })),
    refused: poolBudget(...repeated(51, { nodes: "1" })),
    cause: { field: `${disruptionField}.budgets`, message: "must have at most 50 items" },
  },
  ...(
    [
      ["percent-maximum", "percentages go up to 100", "100%", "101%"],
      ["percent-whole", "percentages are whole", "0%", "10.5%"],
      ["not-negative", "counts are not negative", "0", "-1"],
      ["text", "counts are texts of digits", "12345", "many"],
    ] as const
  ).map(
    ([name, rule, good, bad]): RuleRow => ({
      id: `nodepool-budget-nodes-${name}`,
      section: "1.5",
      rule,
      accepted: poolBudget({ nodes: good }),
      refused: poolBudget({ nodes: bad }),
      cause: { field: `${budgetField}.nodes`, message: "should match" },
    }),
  ),
  {
    id: "nodepool-budget-nodes-type",
    section: "1.5",
    rule: "nodes of a budget is a text, and defaults to 10%",
    accepted: poolBudget({ reasons: ["Empty"] }),
    refused: poolBudget({ nodes: 5 }),
    cause: { field: `${budgetField}.nodes`, message: "must be of type string" },
  },
  {
    id: "nodepool-budget-reasons",
    section: "1.5",
    rule: "reasons are Underutilized, Empty and Drifted; an empty list is allowed",
    accepted: poolBudget({ nodes: "1", reasons: ["Underutilized", "Empty", "Drifted"] }, { nodes: "1", reasons: [] }),
    refused: poolBudget({ nodes: "1", reasons: ["Expired"] }),
    cause: { field: `${budgetField}.reasons[0]`, message: "supported values" },
  },
  {
    id: "nodepool-budget-reasons-set",
    section: "1.5",
    rule: "a reason stands at most once",
    accepted: poolBudget({ nodes: "1", reasons: ["Empty"] }),
    refused: poolBudget({ nodes: "1", reasons: ["Empty", "Empty"] }),
    cause: { field: `${budgetField}.reasons[1]`, message: "Duplicate value" },
  },
  {
    id: "nodepool-budget-reasons-maximum",
    section: "1.5",
    rule: "at most 50 reasons",
    accepted: poolBudget({ nodes: "1", reasons: ["Drifted"] }),
    refused: poolBudget({ nodes: "1", reasons: repeated(51, "Drifted") }),
    cause: { field: `${budgetField}.reasons`, message: "must have at most 50 items" },
  },
  {
    id: "nodepool-budget-schedule-with-duration",
    section: "1.5",
    rule: "a schedule needs a duration",
    accepted: poolBudget({ nodes: "0", schedule: "0 9 * * mon-fri", duration: "8h" }),
    refused: poolBudget({ nodes: "0", schedule: "0 9 * * mon-fri" }),
    cause: { field: `${disruptionField}.budgets`, message: "'schedule' must be set with 'duration'" },
  },
  {
    id: "nodepool-budget-duration-with-schedule",
    section: "1.5",
    rule: "a duration needs a schedule",
    accepted: poolBudget({ nodes: "0", schedule: "@daily", duration: "10m" }),
    refused: poolBudget({ nodes: "0", duration: "10m" }),
    cause: { field: `${disruptionField}.budgets`, message: "'schedule' must be set with 'duration'" },
  },
  {
    id: "nodepool-budget-schedule-syntax",
    section: "9 (11)",
    rule: "schedules are macros or five words; junk after a macro and junk words pass",
    accepted: poolBudget(
      { nodes: "0", schedule: "@dailyXYZ", duration: "1h" },
      { nodes: "0", schedule: "one two three four five", duration: "1h" },
    ),
    refused: poolBudget({ nodes: "0", schedule: "tomorrow", duration: "1h" }),
    cause: { field: `${budgetField}.schedule`, message: "should match" },
  },
  {
    id: "nodepool-budget-duration-syntax",
    section: "1.5",
    rule: "durations of budgets are hours and minutes, with 0s at most",
    accepted: poolBudget(
      { nodes: "0", schedule: "@daily", duration: "1h30m0s" },
      { nodes: "0", schedule: "@daily", duration: "90m" },
    ),
    refused: poolBudget({ nodes: "0", schedule: "@daily", duration: "30s" }),
    cause: { field: `${budgetField}.duration`, message: "should match" },
  },
];
