import { mapLimit, type Clock } from "../../platform/index.ts";
import { type Batcher, type BatcherMetrics, createBatcher } from "../batching/batcher.ts";
import type { Ec2Client, Ec2Instance, Filter } from "../contract/index.ts";
import { ServiceError } from "../contract/index.ts";
import { awsErrorOf } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import type { Logger } from "../../platform/index.ts";

export interface InstanceBatches {
  readonly describe: Batcher<string, Ec2Instance>;
  readonly terminate: Batcher<string, void>;
}

/** States of instances that still are; a terminated one is gone. */
export const livingStates: Filter = {
  Name: "instance-state-name",
  Values: ["pending", "running", "shutting-down", "stopped", "stopping"],
};

const window = { idleMilliseconds: 100, maxMilliseconds: 1_000, maxItems: 500 };
const alone = 100;

export function createInstanceBatches(deps: {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: BatcherMetrics | undefined;
}): InstanceBatches {
  const { ec2, clock, metrics } = deps;
  return {
    describe: createBatcher({
      name: "describe_instances",
      clock,
      metrics,
      ...window,
      keyOf: () => "",
      execute: (ids, signal) => describeBatch(ec2, ids, signal),
    }),
    terminate: createBatcher({
      name: "terminate_instances",
      clock,
      metrics,
      ...window,
      keyOf: () => "",
      execute: (ids, signal) => terminateBatch(deps, ids, signal),
    }),
  };
}

/** One question for all ids; each that was not seen is asked for alone, so that one wrong id spoils no other's answer. */
async function describeBatch(
  ec2: Ec2Client,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly PromiseSettledResult<Ec2Instance>[]> {
  const wanted = [...new Set(ids)].sort();
  const seen = new Map<string, PromiseSettledResult<Ec2Instance>>();
  try {
    for (const instance of await describe(ec2, wanted, signal))
      if (instance.InstanceId !== undefined) seen.set(instance.InstanceId, { status: "fulfilled", value: instance });
  } catch (error) {
    // Asked one by one below, where each caller gets its own failure.
    if (wanted.length === 1) return ids.map(() => ({ status: "rejected", reason: error }));
  }
  const missing = wanted.filter((id) => !seen.has(id));
  const single = await mapLimit(missing, alone, (id) => settled(() => describeOne(ec2, id, signal)), { signal });
  for (const [index, id] of missing.entries()) seen.set(id, single[index] as PromiseSettledResult<Ec2Instance>);
  return ids.map((id) => seen.get(id) as PromiseSettledResult<Ec2Instance>);
}

function describe(
  ec2: Ec2Client,
  InstanceIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly Ec2Instance[]> {
  return allPages(
    (token) => ec2.describeInstances({ InstanceIds, Filters: [livingStates], ...pageToken(token) }, { signal }),
    (page) => page.Reservations?.flatMap(({ Instances = [] }) => Instances),
  );
}

async function describeOne(ec2: Ec2Client, id: string, signal: AbortSignal): Promise<Ec2Instance> {
  const [instance] = await describe(ec2, [id], signal);
  if (instance === undefined)
    throw new ServiceError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  return instance;
}

const ending: ReadonlySet<string> = new Set(["shutting-down", "terminated"]);

async function terminateBatch(
  { ec2, log }: { readonly ec2: Ec2Client; readonly log: Logger },
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly PromiseSettledResult<void>[]> {
  const wanted = [...new Set(ids)].sort();
  const outcomes = new Map<string, PromiseSettledResult<void>>();
  try {
    for (const id of await terminate(ec2, wanted, signal)) outcomes.set(id, { status: "fulfilled", value: undefined });
  } catch (error) {
    if (wanted.length === 1) return ids.map(() => ({ status: "rejected", reason: error }));
    log.error("terminating instances together failed, terminating them one by one", {
      error: awsErrorOf(error).message,
    });
  }
  const missing = wanted.filter((id) => !outcomes.has(id));
  const single = await mapLimit(missing, alone, (id) => settled(() => terminateOne(ec2, id, signal)), { signal });
  for (const [index, id] of missing.entries()) outcomes.set(id, single[index] as PromiseSettledResult<void>);
  return ids.map((id) => outcomes.get(id) as PromiseSettledResult<void>);
}

/** Ids that are on their way out now. */
async function terminate(
  ec2: Ec2Client,
  InstanceIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await ec2.terminateInstances({ InstanceIds }, { signal });
  return (answer.TerminatingInstances ?? [])
    .filter(({ CurrentState }) => ending.has(CurrentState?.Name ?? ""))
    .flatMap(({ InstanceId }) => (InstanceId === undefined ? [] : [InstanceId]));
}

async function terminateOne(ec2: Ec2Client, id: string, signal: AbortSignal): Promise<void> {
  const [done] = await terminate(ec2, [id], signal);
  if (done === undefined) throw new Error(`EC2 did not begin to terminate ${id}`);
}

async function settled<T>(work: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([work()]);
  return outcome;
}
