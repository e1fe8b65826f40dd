/** The four rules of EventBridge that the queue lives by (v1alpha5 4.9), and whether a pattern covers one. */

export interface QueueEvent {
  /** As the message of KBP122 calls it. */
  readonly name: "SPOT" | "HEALTH" | "STATE" | "REBALANCE";
  readonly source: string;
  readonly detailType: string;
}

export const queueEvents: readonly QueueEvent[] = Object.freeze([
  { name: "SPOT", source: "aws.ec2", detailType: "EC2 Spot Instance Interruption Warning" },
  { name: "HEALTH", source: "aws.health", detailType: "AWS Health Event" },
  { name: "STATE", source: "aws.ec2", detailType: "EC2 Instance State-change Notification" },
  { name: "REBALANCE", source: "aws.ec2", detailType: "EC2 Instance Rebalance Recommendation" },
]);

/** A field that the pattern leaves out lets everything through, as EventBridge reads it. */
export function covers(pattern: string, { source, detailType }: QueueEvent): boolean {
  const parsed = parsedPattern(pattern);
  return parsed !== undefined && admits(parsed["source"], source) && admits(parsed["detail-type"], detailType);
}

function parsedPattern(pattern: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(pattern);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch (error) {
    // A rule by schedule has no pattern: it brings no event.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function admits(condition: unknown, value: string): boolean {
  if (condition === undefined) return true;
  if (!Array.isArray(condition)) return false;
  return condition.some((each: unknown) => {
    if (typeof each === "string") return each === value;
    const prefix = typeof each === "object" && each !== null && "prefix" in each ? each.prefix : undefined;
    return typeof prefix === "string" && value.startsWith(prefix);
  });
}

/** The queue lets EventBridge send. */
export function letsEventsIn(policy: string): boolean {
  const parsed = parsedPattern(policy);
  const statements = listed(parsed?.["Statement"]);
  return statements.some((statement) => {
    if (typeof statement !== "object" || statement === null) return false;
    const { Effect, Principal, Action } = statement as Readonly<Record<string, unknown>>;
    const service: unknown =
      typeof Principal === "object" && Principal !== null && "Service" in Principal ? Principal.Service : Principal;
    const actions = listed(Action).map((action) => String(action).toLowerCase());
    return (
      Effect === "Allow" &&
      listed(service).some((each) => each === "events.amazonaws.com" || each === "*") &&
      actions.some((action) => action === "sqs:sendmessage" || action === "sqs:*" || action === "*")
    );
  });
}

const listed = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
};
