import { epochMillisOf } from "../../core/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { InterruptionMessage, InterruptionSource } from "../../provider/index.ts";
import type { Ec2Client, Filter, InstanceStatus, StatusSummary } from "../contract/index.ts";
import { calling, errorCodes, hasCode } from "../errors/index.ts";
import type { AwsInstruments } from "../instruments.ts";
import { allPages, pageToken } from "../paging.ts";

export interface InstanceStatusDeps {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instruments: AwsInstruments | undefined;
  /** Whether an instance is one of this cluster's; others are not counted and not handed out. */
  readonly isOurs: (instanceId: string) => boolean;
}

const minute = 60_000;
/** An impairment must have lasted this long: many pass by themselves. */
const patienceMilliseconds = 120_000;

const questions: readonly (readonly Filter[])[] = [
  [{ Name: "instance-status.status", Values: ["impaired"] }],
  [{ Name: "system-status.status", Values: ["impaired"] }],
  [
    {
      Name: "event.code",
      Values: ["instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop"],
    },
  ],
];

/** Machines that EC2 itself calls impaired, or will stop (spec: aws 5.4). What is not heeded is found again next time. */
export function createInstanceStatusSource(deps: InstanceStatusDeps): InterruptionSource {
  let reported = new Set<string>();
  let denied = false;
  return {
    name: "interruption.instancestatus",
    pauseMilliseconds: minute,
    receive: async ({ signal }) => {
      if (denied) return [];
      try {
        const statuses = await describe(deps.ec2, signal);
        const messages = statuses.flatMap((status) => messagesOf(status, deps)).filter(isOurs(deps));
        reported = count(deps, messages, reported);
        return messages;
      } catch (error) {
        signal.throwIfAborted();
        if (!hasCode((error as Error).cause ?? error, errorCodes.unauthorized)) throw error;
        // Users with an older policy shall not see an error a minute; the next start tries again.
        denied = true;
        deps.log.error("not authorized for ec2:DescribeInstanceStatus: instance status is not watched until restart");
        return [];
      }
    },
    settle: () => Promise.resolve(),
    noteAffected: () => undefined,
  };
}

const isOurs =
  ({ isOurs: ours }: InstanceStatusDeps) =>
  ({ instanceIds }: InterruptionMessage): boolean =>
    instanceIds.some(ours);

const categories: Readonly<Partial<Record<InterruptionMessage["kind"], string>>> = {
  instance_status: "InstanceStatus",
  system_status: "SystemStatus",
  event_status: "EventStatus",
};

/** Each instance counts once by category until a poll finds it well. */
function count(
  { instruments }: InstanceStatusDeps,
  messages: readonly InterruptionMessage[],
  before: ReadonlySet<string>,
): Set<string> {
  const now = new Set<string>();
  for (const { kind, instanceIds } of messages) {
    const key = `${kind} ${instanceIds.join()}`;
    now.add(key);
    if (!before.has(key)) instruments?.unhealthy.increment({ category: categories[kind] ?? kind });
  }
  return now;
}

/** The first record of each instance. */
async function describe(ec2: Ec2Client, signal: AbortSignal): Promise<readonly InstanceStatus[]> {
  const found = new Map<string, InstanceStatus>();
  for (const Filters of questions) {
    const statuses = await allPages(
      (token) =>
        calling("EC2", "DescribeInstanceStatus", {
          signal,
          call: () => ec2.describeInstanceStatus({ Filters, ...pageToken(token) }, { signal }),
        }),
      (page) => page.InstanceStatuses,
    );
    for (const status of statuses)
      if (status.InstanceId !== undefined && !found.has(status.InstanceId)) found.set(status.InstanceId, status);
  }
  return [...found.values()];
}

function messagesOf(status: InstanceStatus, { clock }: InstanceStatusDeps): readonly InterruptionMessage[] {
  const { InstanceId: id = "", InstanceStatus: instance, SystemStatus: system, Events = [] } = status;
  const now = clock.now();
  const message = (kind: InterruptionMessage["kind"], time: number): InterruptionMessage => ({
    kind,
    instanceIds: [id],
    time: epochMillisOf(time),
  });
  const impaired = (kind: InterruptionMessage["kind"], summary: StatusSummary | undefined) => {
    const since = impairedSince(summary, now);
    return since === undefined ? [] : [message(kind, since)];
  };
  const events = Events.filter(isComing);
  return [
    ...impaired("instance_status", instance),
    ...impaired("system_status", system),
    ...(events.length === 0 ? [] : [message("event_status", now)]),
  ];
}

/** Events that are over stay on the record for a while, marked in their description. */
const isComing = ({ Description = "" }: { readonly Description?: string | undefined }): boolean =>
  !Description.startsWith("[Completed]") && !Description.startsWith("[Canceled]");

/** The earliest check that has failed for long enough; a check whose start is not known has just begun. */
function impairedSince(summary: StatusSummary | undefined, now: number): number | undefined {
  const times = (summary?.Details ?? [])
    .filter(({ Status, ImpairedSince }) => Status === "failed" && ImpairedSince !== undefined)
    .map(({ ImpairedSince }) => ImpairedSince?.getTime() ?? now)
    .filter((since) => now - since >= patienceMilliseconds);
  return times.length === 0 ? undefined : Math.min(...times);
}
