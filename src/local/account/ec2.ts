import type { Clock } from "../../platform/index.ts";
import { instanceTypeInfoOf, type MachineFacts } from "../../provider-aws/catalogue/index.ts";
import {
  type CreateFleetRequest,
  type CreateFleetResult,
  type DescribeInstancesRequest,
  type DescribeInstancesResult,
  type Ec2Client,
  type InstanceTypeInfo,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import type { CallGate } from "./calls.ts";
import type { AccountStatuses } from "./statuses.ts";
import { matchesFilters, page, tagsToMap } from "./filters.ts";
import { checkTemplate, createFleet, type FleetDeps } from "./fleet.ts";
import { type AccountInstance, instanceShape } from "./instances.ts";

export interface Ec2Deps extends FleetDeps {
  readonly gate: CallGate;
  readonly statuses: AccountStatuses;
  readonly clock: Clock;
  /** Zones that the account has subnets in. */
  readonly zones: readonly string[];
  /** DescribeInstances does not know of a launch before this long. */
  readonly describeLagMilliseconds: number;
}

/** A second request with the token of an earlier one gets the earlier answer, as EC2's client tokens have it. */
function repeatable(act: (input: CreateFleetRequest) => CreateFleetResult) {
  const answered = new Map<string, { readonly request: string; readonly answer: CreateFleetResult }>();
  return (input: CreateFleetRequest): CreateFleetResult => {
    const { ClientToken: token } = input;
    if (token === undefined || input.DryRun === true) return act(input);
    const request = JSON.stringify(input);
    const known = answered.get(token);
    if (known === undefined) {
      const answer = act(input);
      answered.set(token, { request, answer });
      return answer;
    }
    if (known.request === request) return known.answer;
    throw new ServiceError("IdempotentParameterMismatch", `The token ${token} was used with other parameters.`);
  };
}

/** EC2 as the controller calls it. */
export function createEc2(deps: Ec2Deps): Ec2Client {
  const { gate, network, images, templates, instances, market, clock } = deps;
  return {
    ...describeTypeCalls(deps),
    describeSpotPriceHistory: gate.wrap("EC2", "DescribeSpotPriceHistory", (input) =>
      market.spotHistory(input, clock.now()),
    ),
    describeSubnets: gate.wrap("EC2", "DescribeSubnets", (input) => network.describeSubnets(input)),
    describeSecurityGroups: gate.wrap("EC2", "DescribeSecurityGroups", (input) =>
      network.describeSecurityGroups(input),
    ),
    describeImages: gate.wrap("EC2", "DescribeImages", (input) => images.describe(input)),
    describeLaunchTemplates: gate.wrap("EC2", "DescribeLaunchTemplates", (input) => templates.describe(input)),
    createLaunchTemplate: gate.wrap("EC2", "CreateLaunchTemplate", (input) => templates.create(input)),
    deleteLaunchTemplate: gate.wrap("EC2", "DeleteLaunchTemplate", (input) => templates.delete(input)),
    createFleet: gate.wrap(
      "EC2",
      "CreateFleet",
      repeatable((input) => createFleet(deps, input)),
    ),
    runInstances: gate.wrap("EC2", "RunInstances", (input) => {
      if (input.LaunchTemplate !== undefined)
        checkTemplate(deps, templates.byName(input.LaunchTemplate.LaunchTemplateName));
      if (input.DryRun === true)
        throw new ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", {
          status: 412,
        });
      throw new ServiceError("UnsupportedOperation", "the simulated account launches by CreateFleet only");
    }),
    describeInstances: gate.wrap("EC2", "DescribeInstances", (input) => describeInstances(deps, input)),
    terminateInstances: gate.wrap("EC2", "TerminateInstances", ({ InstanceIds }) => {
      // All or none: one wrong id refuses the whole call, as EC2 does.
      for (const id of InstanceIds) requireInstance(deps, id);
      return {
        TerminatingInstances: InstanceIds.map((id) => ({
          InstanceId: id,
          CurrentState: { Name: instances.terminate(id).state },
        })),
      };
    }),
    createTags: gate.wrap("EC2", "CreateTags", ({ Resources, Tags }) => {
      for (const id of Resources) {
        requireInstance(deps, id);
        instances.tag(id, tagsToMap(Tags));
      }
      return {};
    }),
    describeInstanceStatus: gate.wrap("EC2", "DescribeInstanceStatus", (input) => deps.statuses.describe(input)),
    describeCapacityReservations: gate.wrap("EC2", "DescribeCapacityReservations", (input) =>
      deps.capacity.describeReservations(input),
    ),
    describePlacementGroups: gate.wrap("EC2", "DescribePlacementGroups", (input) =>
      deps.capacity.describeGroups(input),
    ),
  };
}

function describeTypeCalls({ gate, machines, offerings, zones }: Ec2Deps) {
  const infos = [...machines.values()].map((facts) => ({ facts, info: instanceTypeInfoOf(facts) }));
  const offered = [...offerings].flatMap(([type, places]) =>
    places.filter((zone) => zones.includes(zone)).map((zone) => ({ InstanceType: type, Location: zone })),
  );
  const describeInstanceTypes: Ec2Client["describeInstanceTypes"] = gate.wrap(
    "EC2",
    "DescribeInstanceTypes",
    (input) => {
      if (input.DryRun === true)
        throw new ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", {
          status: 412,
        });
      const kept = infos.filter(({ facts }) => matchesFilters(input.Filters, { attributes: typeFacts(facts) }));
      const found = page<{ readonly info: InstanceTypeInfo }>(kept, input);
      return { InstanceTypes: found.items.map(({ info }) => info), ...found.token };
    },
  );
  const describeInstanceTypeOfferings: Ec2Client["describeInstanceTypeOfferings"] = gate.wrap(
    "EC2",
    "DescribeInstanceTypeOfferings",
    (input) => {
      const found = page(offered, input);
      return { InstanceTypeOfferings: found.items, ...found.token };
    },
  );
  return { describeInstanceTypes, describeInstanceTypeOfferings };
}

const typeFacts = ({ name, architectures }: MachineFacts) => ({
  "instance-type": [name],
  "supported-virtualization-type": ["hvm"],
  "processor-info.supported-architecture": architectures,
});

function requireInstance({ instances }: Ec2Deps, id: string): AccountInstance {
  const instance = instances.get(id);
  if (instance !== undefined) return instance;
  throw new ServiceError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
}

function describeInstances(deps: Ec2Deps, input: DescribeInstancesRequest): DescribeInstancesResult {
  const shownUntil = deps.clock.now() - deps.describeLagMilliseconds;
  const isShown = ({ launchedAt }: AccountInstance): boolean => launchedAt <= shownUntil;
  const named = input.InstanceIds?.map((id) => {
    const instance = requireInstance(deps, id);
    if (isShown(instance)) return instance;
    throw new ServiceError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  });
  const kept = (named ?? deps.instances.list().filter(isShown)).filter((instance) =>
    matchesFilters(input.Filters, { attributes: instanceFacts(instance), tags: instance.tags }),
  );
  const found = page(kept, input);
  return {
    Reservations: found.items.map((instance) => ({ Instances: [instanceShape(instance, deps.capacity)] })),
    ...found.token,
  };
}

const instanceFacts = (instance: AccountInstance) => ({
  "instance-id": [instance.id],
  "instance-state-name": [instance.state],
  "instance-type": [instance.instanceType],
  "availability-zone": [instance.subnet.zone],
});
