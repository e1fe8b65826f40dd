import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const noBillingAlarm: Rule = {
  id: "KBP607",
  name: "no-billing-alarm",
  severity: "warning",
  requirements: ["R65", "R72"],
  needs: ["account"],
  document: {
    what: "No alarm with an action watches the estimated charges (AWS/Billing, EstimatedCharges, in us-east-1).",
    why: "Where scaling is automatic the bill is too: somebody must be told when it passes a threshold.",
    fix: "Create a billing alarm in us-east-1.",
  },
  check({ account }): Verdict {
    if (account === undefined) return undefined;
    const { billingAlarms } = account;
    if (!billingAlarms.ok) return denied(billingAlarms);
    const own = billingAlarms.value.filter(
      ({ namespace, metric }) => namespace === "AWS/Billing" && metric === "EstimatedCharges",
    );
    if (own.some(({ actions }) => actions > 0)) return [];
    const evidence =
      own.length === 0 ? "there is none" : `${own.map(({ name }) => name).join(", ")}: without an action`;
    return [{ place: accountPlace(account), message: "No billing alarm", evidence }];
  },
};
