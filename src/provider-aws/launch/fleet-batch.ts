import type { Clock } from "../../platform/index.ts";
import { type Batcher, type BatcherMetrics, createBatcher } from "../batching/batcher.ts";
import type { CreateFleetError, CreateFleetInstance, CreateFleetRequest, Ec2Client } from "../contract/index.ts";
import { canonicalText } from "../launch-templates/stable-hash.ts";

/** What one caller gets of a fleet: its instance if there was one for it, and always all errors. */
export interface FleetShare {
  readonly fleetId?: string;
  readonly instance?: { readonly id: string; readonly details: CreateFleetInstance };
  readonly errors: readonly CreateFleetError[];
}

const tooFew = "too few instances returned";

/** Equal requests that come close together become one fleet of several instances (spec: aws 1.3). */
export function createFleetBatcher(deps: {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly metrics: BatcherMetrics | undefined;
}): Batcher<CreateFleetRequest, FleetShare> {
  const batcher = createBatcher<CreateFleetRequest, FleetShare>({
    name: "create_fleet",
    clock: deps.clock,
    metrics: deps.metrics,
    idleMilliseconds: 35,
    maxMilliseconds: 1_000,
    maxItems: 1_000,
    keyOf: canonicalText,
    execute: (requests, signal) => execute(deps.ec2, requests, signal),
  });
  return {
    submit: async (request, options) => {
      const { TotalTargetCapacity: asked } = request.TargetCapacitySpecification;
      if (asked !== 1) throw new Error(`a launch asks for one instance, not ${asked}`);
      return await batcher.submit(request, options);
    },
  };
}

async function execute(
  ec2: Ec2Client,
  requests: readonly CreateFleetRequest[],
  signal: AbortSignal,
): Promise<readonly PromiseSettledResult<FleetShare>[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const TargetCapacitySpecification = { ...first.TargetCapacitySpecification, TotalTargetCapacity: requests.length };
  const answer = await ec2.createFleet({ ...first, TargetCapacitySpecification }, { signal });
  const instances = (answer.Instances ?? []).flatMap((details) =>
    (details.InstanceIds ?? []).map((id) => ({ id, details })),
  );
  const errors = [...(answer.Errors ?? [])];
  if (instances.length < requests.length && errors.length === 0)
    errors.push({ ErrorCode: tooFew, ErrorMessage: tooFew });
  return requests.map((_, index) => {
    const instance = instances[index];
    const fleet = answer.FleetId === undefined || instance === undefined ? {} : { fleetId: answer.FleetId };
    return { status: "fulfilled", value: { ...fleet, ...(instance === undefined ? {} : { instance }), errors } };
  });
}
