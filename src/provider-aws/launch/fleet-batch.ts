import type { Clock } from "../../platform/index.ts";
import { type Batcher, type BatcherMetrics, createBatcher } from "../batching/batcher.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type {
  CreateFleetError,
  CreateFleetInstance,
  CreateFleetRequest,
  CreateFleetResult,
  Ec2Client,
} from "../contract/index.ts";
import { awsErrorOf } from "../errors/index.ts";
import { canonicalText, stableHash } from "../launch-templates/stable-hash.ts";

/** What one caller gets of a fleet: its instance if there was one for it, and always all errors. */
export interface FleetShare {
  readonly fleetId?: string;
  readonly instance?: { readonly id: string; readonly details: CreateFleetInstance };
  readonly errors: readonly CreateFleetError[];
  /** Of EC2's answer, for whoever asks AWS about it. */
  readonly requestId?: string;
}

const tooFew = "too few instances returned";

/** A request for one instance, and the claim that it is for. */
export interface FleetOrder {
  readonly request: CreateFleetRequest;
  /** UID of the claim. */
  readonly claim: string;
}

/**
 * Equal requests that come close together become one fleet of several instances (spec: aws 1.3). The fleet's token is made
 * of the request, its claims and how many answers they have had: asked again after an answer got lost, or by the next
 * process after a crash, EC2 gives the instances of the first time instead of new ones.
 */
export function createFleetBatcher(deps: {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly metrics: BatcherMetrics | undefined;
}): Batcher<FleetOrder, FleetShare> {
  const answers = createAnswerCounts(deps.clock);
  const batcher = createBatcher<FleetOrder, FleetShare>({
    name: "create_fleet",
    clock: deps.clock,
    metrics: deps.metrics,
    idleMilliseconds: 35,
    maxMilliseconds: 1_000,
    maxItems: 1_000,
    keyOf: ({ request }) => canonicalText(request),
    execute: (orders, signal) => execute(deps.ec2, { orders, answers, signal }),
  });
  return {
    submit: async (order, options) => {
      const { TotalTargetCapacity: asked } = order.request.TargetCapacitySpecification;
      if (asked !== 1) throw new Error(`a launch asks for one instance, not ${asked}`);
      return await batcher.submit(order, options);
    },
  };
}

/** How many answers of EC2 each claim has had. */
interface AnswerCounts {
  of(claim: string): number;
  add(claims: readonly string[]): void;
}

/** EC2 remembers tokens for a day at most. */
const answersMilliseconds = 24 * 3_600_000;

function createAnswerCounts(clock: Clock): AnswerCounts {
  const counts = createExpiringMap<number>({ clock, ttlMilliseconds: answersMilliseconds });
  return {
    of: (claim) => counts.get(claim) ?? 0,
    add: (claims) => {
      counts.sweep();
      for (const claim of claims) counts.set(claim, (counts.get(claim) ?? 0) + 1);
    },
  };
}

/** Whether EC2 has answered, be it with a refusal; an answer lost on the way leaves open what happened. */
function hasAnswered(error: unknown): boolean {
  const { status, serverFault } = awsErrorOf(error);
  return status !== undefined && !serverFault;
}

async function execute(
  ec2: Ec2Client,
  run: { readonly orders: readonly FleetOrder[]; readonly answers: AnswerCounts; readonly signal: AbortSignal },
): Promise<readonly PromiseSettledResult<FleetShare>[]> {
  const { orders, answers, signal } = run;
  const [first] = orders;
  if (first === undefined) return [];
  const claims = orders.map(({ claim }) => claim).sort();
  const request = {
    ...first.request,
    TargetCapacitySpecification: { ...first.request.TargetCapacitySpecification, TotalTargetCapacity: orders.length },
  };
  // Text, not canonical form: the same token with lists in another order would be a mismatch to EC2.
  const ClientToken = stableHash(JSON.stringify([request, claims.map((claim) => [claim, answers.of(claim)])]));
  try {
    const answer = await ec2.createFleet({ ...request, ClientToken }, { signal });
    answers.add(claims);
    return sharesOf(answer, orders.length);
  } catch (error) {
    if (hasAnswered(error)) answers.add(claims);
    throw error;
  }
}

function sharesOf(answer: CreateFleetResult, asked: number): readonly PromiseSettledResult<FleetShare>[] {
  const instances = (answer.Instances ?? []).flatMap((details) =>
    (details.InstanceIds ?? []).map((id) => ({ id, details })),
  );
  const errors = [...(answer.Errors ?? [])];
  if (instances.length < asked && errors.length === 0) errors.push({ ErrorCode: tooFew, ErrorMessage: tooFew });
  const requestId = answer.$metadata?.requestId;
  return Array.from({ length: asked }, (_, index) => {
    const instance = instances[index];
    const fleet = answer.FleetId === undefined || instance === undefined ? {} : { fleetId: answer.FleetId };
    const share = { ...fleet, ...(instance === undefined ? {} : { instance }), errors };
    return { status: "fulfilled", value: requestId === undefined ? share : { ...share, requestId } };
  });
}
