import type { AccountReading } from "./account-clients.ts";
import type { QueueReport, RuleReport } from "./account-report.ts";
import { allPages, answered, asking, isNotFound } from "./asking.ts";

/** The queue of interruption messages, and the rules of EventBridge that send to it (spec: v1alpha5 4.9). */
export async function readQueue(name: string, reading: AccountReading): Promise<QueueReport> {
  const { clients, signal } = reading;
  const url = await urlOf(name, reading);
  if (url === undefined) return { name, policy: "", rules: { ok: true, value: [] } };
  const { Attributes = {} } = await asking("sqs:GetQueueAttributes", () =>
    clients.sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["QueueArn", "Policy"] }, { signal }),
  );
  const { QueueArn: arn = "", Policy: policy = "" } = Attributes;
  return { name, arn, policy, rules: await answered(signal, () => readRules(arn, reading)) };
}

async function urlOf(name: string, { clients, signal }: AccountReading): Promise<string | undefined> {
  try {
    const { QueueUrl } = await asking("sqs:GetQueueUrl", () =>
      clients.sqs.getQueueUrl({ QueueName: name }, { signal }),
    );
    return QueueUrl;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function readRules(arn: string, { clients, signal }: AccountReading): Promise<readonly RuleReport[]> {
  const names = await allPages(
    (NextToken) =>
      asking("events:ListRuleNamesByTarget", () =>
        clients.events.listRuleNamesByTarget(
          { TargetArn: arn, ...(NextToken === undefined ? {} : { NextToken }) },
          { signal },
        ),
      ),
    ({ RuleNames, NextToken }) => ({ items: RuleNames, next: NextToken }),
  );
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { State, EventPattern = "" } = await asking("events:DescribeRule", () =>
        clients.events.describeRule({ Name: name }, { signal }),
      );
      return { name, enabled: State !== "DISABLED", pattern: EventPattern };
    }),
  );
}
