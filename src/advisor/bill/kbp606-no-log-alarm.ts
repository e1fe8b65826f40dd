import { findsLimits, hasAlarm, limitPattern } from "../facts/limit-alarm.ts";
import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const noLogAlarm: Rule = {
  id: "KBP606",
  name: "no-log-alarm",
  severity: "warning",
  requirements: ["R70"],
  needs: ["account"],
  document: {
    what: "No metric filter of CloudWatch Logs finds the text that a limit was hit, or no alarm with an action watches its metric.",
    why: "At a limit pods stay pending, and nobody is told.",
    fix: `Create a metric filter with the pattern ${limitPattern} on the controller's log group, and an alarm on its metric.`,
  },
  check({ account }): Verdict {
    if (account === undefined) return undefined;
    const { metricFilters, alarms } = account;
    if (!metricFilters.ok) return denied(metricFilters);
    if (!alarms.ok) return denied(alarms);
    const finding = metricFilters.value.filter(findsLimits);
    if (finding.some((filter) => hasAlarm(filter, alarms.value))) return [];
    return [
      {
        place: accountPlace(account),
        message: "Hitting a limit alerts nobody",
        evidence:
          finding.length === 0
            ? `none of ${metricFilters.value.length} metric filters matches the text`
            : `no alarm with an action watches ${finding.flatMap(({ metrics }) => metrics.map(({ namespace, name }) => `${namespace}/${name}`)).join(", ")}`,
      },
    ];
  },
};
