/** Metric filters of CloudWatch Logs that find the limit text (v1alpha5 6.4). */
import type { MetricAlarm, MetricFilter } from "./account.ts";

export const limitPattern = '?"exceeds limit" ?"exceed limits" ?"exceed provisioner limits"';
const terms: readonly string[] = ["exceeds limit", "exceed limits", "exceed provisioner limits"];
const sample = "memory resource usage of 1001 exceeds limit of 1000";

/** Its pattern has one of the terms, or it matches the sample line. */
export const findsLimits = ({ pattern }: MetricFilter): boolean =>
  terms.some((term) => pattern.includes(term)) || matchesSample(pattern);

/** Plain terms: all of them, any of those with `?`, none of those with `-`; `%…%` is an expression. JSON patterns match no plain line. */
function matchesSample(pattern: string): boolean {
  const text = pattern.trim();
  if (text === "" || /^[{[]/.test(text)) return false;
  const words = [...text.matchAll(/([?-]?)(?:"([^"]*)"|%([^%]*)%|(\S+))/g)].map(
    ([, mark = "", quoted, expression, word]) => ({
      mark,
      found: expression === undefined ? sample.includes(quoted ?? word ?? "") : expressionMatches(expression),
    }),
  );
  const optional = words.filter(({ mark }) => mark === "?");
  return (
    words.every(({ mark, found }) => (mark === "-" ? !found : mark === "?" || found)) &&
    (optional.length === 0 || optional.some(({ found }) => found))
  );
}

function expressionMatches(expression: string): boolean {
  try {
    return new RegExp(expression).test(sample);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** An alarm with an action on a metric that the filter feeds. */
export const hasAlarm = ({ metrics }: MetricFilter, alarms: readonly MetricAlarm[]): boolean =>
  alarms.some(
    ({ namespace, metric, actions }) =>
      actions > 0 && metrics.some((each) => each.namespace === namespace && each.name === metric),
  );
