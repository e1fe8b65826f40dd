import { describe, expect, test } from "vitest";
import { findingsOf, outcomeOf, stateOf } from "../testing.ts";
import { account, deniedAnswer, known } from "../testing-account.ts";
import type { AccountFacts } from "../facts/account.ts";

const filter = (pattern: string) =>
  known([{ logGroup: "/k", pattern, metrics: [{ namespace: "Karpenter", name: "LimitHit" }] }]);

describe.each<[string, string, string, Partial<AccountFacts>]>([
  ["KBP606", "[R70]", "Hitting a limit alerts nobody", { metricFilters: known([]) }],
  ["KBP606", "[R70]", "Hitting a limit alerts nobody", { metricFilters: filter("ERROR") }],
  ["KBP606", "[R70]", "Hitting a limit alerts nobody", { alarms: known([]) }],
  [
    "KBP606",
    "[R70]",
    "Hitting a limit alerts nobody",
    { alarms: known([{ name: "a", namespace: "Karpenter", metric: "LimitHit", actions: 0 }]) },
  ],
  ["KBP607", "[R65] [R72]", "No billing alarm", { billingAlarms: known([]) }],
  [
    "KBP607",
    "[R72]",
    "No billing alarm",
    { billingAlarms: known([{ name: "a", namespace: "AWS/Billing", metric: "EstimatedCharges", actions: 0 }]) },
  ],
  ["KBP608", "[R73]", "Cost anomaly detection is off", { anomalies: known({ monitors: 1, subscriptions: 0 }) }],
  ["KBP609", "[R74]", "No budget notifies anyone", { budgets: known([]) }],
  ["KBP609", "[R74]", "No budget notifies anyone", { budgets: known([{ name: "b", notifications: 0, actions: 0 }]) }],
])("%s", (rule, tags, message, spoilt) => {
  test(`${tags} ${rule} is found in an account that lacks it: ${JSON.stringify(spoilt).slice(0, 60)}`, () => {
    expect(findingsOf(rule, { account: account(spoilt) })).toMatchObject([
      { message, place: { object: { kind: "Account", name: "us-east-1" } } },
    ]);
  });
});

test.each([
  ["[R70]", "KBP606"],
  ["[R72]", "KBP607"],
  ["[R73]", "KBP608"],
  ["[R74]", "KBP609"],
])("%s %s passes where all is there", (_, rule) => {
  expect(stateOf(rule, { account: account() })).toBe("pass");
});

test.each([
  ['?"exceeds limit" ?"exceed limits" ?"exceed provisioner limits"', "pass"],
  ['"resource usage" "limit of"', "pass"],
  ["%usage of [0-9]+ exceeds%", "pass"],
  ['{ $.message = "*exceeds limit*" }', "pass"],
  ['"exceeds" -"memory"', "fail"],
  ["?ERROR ?WARN", "fail"],
  ["", "fail"],
])("[R70] the pattern %s finds the limit text: %s", (pattern, state) => {
  expect(stateOf("KBP606", { account: account({ metricFilters: filter(pattern) }) })).toBe(state);
});

test("[R73] an action with which nobody is notified is enough for a budget", () => {
  expect(
    stateOf("KBP609", { account: account({ budgets: known([{ name: "b", notifications: 0, actions: 1 }]) }) }),
  ).toBe("pass");
});

test.each([
  ["KBP606", { metricFilters: deniedAnswer("logs:DescribeMetricFilters") }, "logs:DescribeMetricFilters"],
  ["KBP606", { alarms: deniedAnswer("cloudwatch:DescribeAlarms") }, "cloudwatch:DescribeAlarms"],
  ["KBP607", { billingAlarms: deniedAnswer("cloudwatch:DescribeAlarms") }, "cloudwatch:DescribeAlarms"],
  ["KBP608", { anomalies: deniedAnswer("ce:GetAnomalyMonitors") }, "ce:GetAnomalyMonitors"],
  ["KBP609", { budgets: deniedAnswer("budgets:ViewBudget") }, "budgets:ViewBudget"],
])("%s says which action it lacks, which is no pass: %j", (rule, spoilt, action) => {
  expect(outcomeOf(rule, { account: account(spoilt) })).toMatchObject({
    state: "unknown",
    reason: `not checked, needs action ${action} (AccessDenied)`,
  });
});
