import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const noAnomalyDetection: Rule = {
  id: "KBP608",
  name: "no-anomaly-detection",
  severity: "info",
  requirements: ["R73"],
  needs: ["account"],
  document: {
    what: "The account has no monitor of cost anomalies, or nobody is subscribed to it.",
    why: "A limit says how much there may be; a monitor says when there is more than there used to be.",
    fix: "Enable cost anomaly detection, with a subscription.",
  },
  check({ account }): Verdict {
    if (account === undefined) return undefined;
    const { anomalies } = account;
    if (!anomalies.ok) return denied(anomalies);
    const { monitors, subscriptions } = anomalies.value;
    if (monitors > 0 && subscriptions > 0) return [];
    return [
      {
        place: accountPlace(account),
        message: "Cost anomaly detection is off",
        evidence: `monitors: ${monitors}, subscriptions: ${subscriptions}`,
      },
    ];
  },
};
