import type { AccountAlarm, AccountCloudWatch, AccountReading } from "./account-clients.ts";
import type { AccountReport, AlarmReport, MetricFilterReport } from "./account-report.ts";
import { allPages, asking, type ValueOf } from "./asking.ts";

export async function readMetricFilters({ clients, signal }: AccountReading): Promise<readonly MetricFilterReport[]> {
  const filters = await allPages(
    (nextToken) =>
      asking("logs:DescribeMetricFilters", () =>
        clients.logs.describeMetricFilters(nextToken === undefined ? {} : { nextToken }, { signal }),
      ),
    ({ metricFilters, nextToken }) => ({ items: metricFilters, next: nextToken }),
  );
  return filters.map(({ logGroupName = "", filterPattern = "", metricTransformations = [] }) => ({
    logGroup: logGroupName,
    pattern: filterPattern,
    metrics: metricTransformations.map(({ metricNamespace = "", metricName = "" }) => ({
      namespace: metricNamespace,
      name: metricName,
    })),
  }));
}

export async function readAlarms(client: AccountCloudWatch, signal: AbortSignal): Promise<readonly AlarmReport[]> {
  const alarms = await allPages(
    (NextToken) =>
      asking("cloudwatch:DescribeAlarms", () =>
        client.describeAlarms(
          { AlarmTypes: ["MetricAlarm"], ...(NextToken === undefined ? {} : { NextToken }) },
          { signal },
        ),
      ),
    ({ MetricAlarms, NextToken }) => ({ items: MetricAlarms, next: NextToken }),
  );
  return alarms.flatMap(alarmReports);
}

/** One for each metric that it watches. */
function alarmReports({
  AlarmName,
  Namespace,
  MetricName,
  Metrics = [],
  ...rest
}: AccountAlarm): readonly AlarmReport[] {
  const actions = rest.ActionsEnabled === false ? 0 : (rest.AlarmActions ?? []).length;
  const report = (namespace = "", metric = ""): AlarmReport => ({ name: AlarmName ?? "", namespace, metric, actions });
  const own = MetricName === undefined ? [] : [report(Namespace, MetricName)];
  const inner = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  return [...own, ...inner.map((metric) => report(metric.Namespace, metric.MetricName))];
}

export async function readAnomalies({ clients, signal }: AccountReading): Promise<ValueOf<AccountReport["anomalies"]>> {
  const token = (next: string | undefined) => (next === undefined ? {} : { NextPageToken: next });
  const monitors = await allPages(
    (next) => asking("ce:GetAnomalyMonitors", () => clients.costs.getAnomalyMonitors(token(next), { signal })),
    ({ AnomalyMonitors, NextPageToken }) => ({ items: AnomalyMonitors, next: NextPageToken }),
  );
  const subscriptions = await allPages(
    (next) =>
      asking("ce:GetAnomalySubscriptions", () => clients.costs.getAnomalySubscriptions(token(next), { signal })),
    ({ AnomalySubscriptions, NextPageToken }) => ({ items: AnomalySubscriptions, next: NextPageToken }),
  );
  return { monitors: monitors.length, subscriptions: subscriptions.length };
}

/** Budgets that are many are looked at until one notifies somebody: that is what the rule asks. */
export async function readBudgets(
  accountId: string,
  { clients, signal }: AccountReading,
): Promise<ValueOf<AccountReport["budgets"]>> {
  const token = (next: string | undefined) => (next === undefined ? {} : { NextToken: next });
  const budgets = await allPages(
    (next) =>
      asking("budgets:ViewBudget", () =>
        clients.budgets.describeBudgets({ AccountId: accountId, ...token(next) }, { signal }),
      ),
    ({ Budgets, NextToken }) => ({ items: Budgets, next: NextToken }),
  );
  const reports: { name: string; notifications: number; actions: number }[] = [];
  for (const { BudgetName: name = "" } of budgets) {
    const of = { AccountId: accountId, BudgetName: name };
    const { Notifications = [] } = await asking("budgets:ViewBudget", () =>
      clients.budgets.describeNotificationsForBudget(of, { signal }),
    );
    const { Actions = [] } =
      Notifications.length > 0
        ? {}
        : await asking("budgets:DescribeBudgetActionsForBudget", () =>
            clients.budgets.describeBudgetActionsForBudget(of, { signal }),
          );
    reports.push({ name, notifications: Notifications.length, actions: Actions.length });
    if (Notifications.length + Actions.length > 0) break;
  }
  return reports;
}
