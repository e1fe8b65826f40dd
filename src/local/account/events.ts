import { formatTimestamp } from "../../api/index.ts";
import type { Clock, Ids } from "../../platform/index.ts";
import type { AccountInstance } from "./instances.ts";
import { accountId } from "./ec2-ids.ts";

/** Bodies of the events that EventBridge puts into the queue (spec: aws 5.2). */
export interface EventBodies {
  stateChange(instance: AccountInstance): object;
  interruptionWarning(instance: AccountInstance): object;
  rebalance(instance: AccountInstance): object;
}

export function createEventBodies(deps: {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly region: string;
}): EventBodies {
  const { clock, ids, region } = deps;
  const envelope = (detailType: string, { id }: AccountInstance, detail: object): object => ({
    version: "0",
    id: ids.uuid(),
    "detail-type": detailType,
    source: "aws.ec2",
    account: accountId,
    time: formatTimestamp(clock.now()),
    region,
    resources: [`arn:aws:ec2:${region}:${accountId}:instance/${id}`],
    detail: { "instance-id": id, ...detail },
  });
  return {
    stateChange: (instance) => envelope("EC2 Instance State-change Notification", instance, { state: instance.state }),
    interruptionWarning: (instance) =>
      envelope("EC2 Spot Instance Interruption Warning", instance, { "instance-action": "terminate" }),
    rebalance: (instance) => envelope("EC2 Instance Rebalance Recommendation", instance, {}),
  };
}
