/** The queue that announces interruptions, and the rules that fill it (spec: aws 5.6). */
import { announcedEvents } from "../interruption/messages.ts";

export interface EventRule {
  readonly name: string;
  readonly source: string;
  readonly detailType: string;
}

/** Seconds that a message waits for the controller. */
export const queueRetentionSeconds = 300;

export const ruleTarget = "KarpenterInterruptionQueueTarget";

const ruleNames: Readonly<Record<string, string>> = {
  "AWS Health Event": "ScheduledChangeRule",
  "EC2 Spot Instance Interruption Warning": "SpotInterruptionRule",
  "EC2 Instance Rebalance Recommendation": "RebalanceRule",
  "EC2 Instance State-change Notification": "InstanceStateChangeRule",
  "EC2 Capacity Reservation Instance Interruption Warning": "CapacityReservationInterruptionRule",
};

/** One for each kind of message that the controller reads; what is in them is sorted out there. */
export const eventRules: readonly EventRule[] = announcedEvents.map(({ source, detailType }) => {
  const name = ruleNames[detailType];
  if (name === undefined) throw new Error(`no name for the rule of "${detailType}"`);
  return { name, source, detailType };
});

/** Whoever may put messages in, and that nobody may do so over a plain connection. */
export const queuePolicy = (queueArn: unknown) => ({
  Version: "2012-10-17",
  Id: "EC2InterruptionPolicy",
  Statement: [
    {
      Sid: "AllowEvents",
      Effect: "Allow",
      Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
      Action: "sqs:SendMessage",
      Resource: queueArn,
    },
    {
      Sid: "DenyHTTP",
      Effect: "Deny",
      Action: "sqs:*",
      Resource: queueArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
      Principal: "*",
    },
  ],
});
