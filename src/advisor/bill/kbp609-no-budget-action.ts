import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const noBudgetAction: Rule = {
  id: "KBP609",
  name: "no-budget-action",
  severity: "info",
  requirements: ["R74"],
  needs: ["account"],
  document: {
    what: "The account has no budget, or none that notifies anybody or acts.",
    why: "A budget nobody hears of bounds nothing.",
    fix: "Add a budget with a notification by mail, SNS or chat, or with an action.",
  },
  check({ account }): Verdict {
    if (account === undefined) return undefined;
    const { budgets } = account;
    if (!budgets.ok) return denied(budgets);
    if (budgets.value.some(({ notifications, actions }) => notifications + actions > 0)) return [];
    return [
      {
        place: accountPlace(account),
        message: "No budget notifies anyone",
        evidence: budgets.value.length === 0 ? "there is no budget" : budgets.value.map(({ name }) => name).join(", "),
      },
    ];
  },
};
