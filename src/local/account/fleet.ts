import type { Clock } from "../../platform/index.ts";
import { type MachineFacts, simulatedSpotPrice } from "../../provider-aws/catalogue/index.ts";
import {
  type CreateFleetError,
  type CreateFleetInstance,
  type CreateFleetRequest,
  type CreateFleetResult,
  type FleetOverride,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import { type AccountCapacity, reservationOf } from "./capacity.ts";
import { tagsToMap } from "./filters.ts";
import type { FaultState } from "./faults.ts";
import { type AccountImages, requireImage } from "./images.ts";
import type { AccountInstance, InstanceTable } from "./instances.ts";
import type { AccountLaunchTemplate, LaunchTemplates } from "./launch-templates.ts";
import type { Market } from "./market.ts";
import type { AccountNetwork, AccountSubnet } from "./network.ts";

export interface FleetDeps {
  readonly clock: Clock;
  readonly faults: FaultState;
  readonly network: AccountNetwork;
  readonly images: AccountImages;
  readonly templates: LaunchTemplates;
  readonly instances: InstanceTable;
  readonly market: Market;
  readonly capacity: AccountCapacity;
  readonly machines: ReadonlyMap<string, MachineFacts>;
  readonly offerings: ReadonlyMap<string, readonly string[]>;
  readonly hasProfile: (name: string) => boolean;
  readonly newId: (prefix: string) => string;
}

/** One way to launch: a template with one override. */
interface Pool {
  readonly template: AccountLaunchTemplate;
  readonly override: FleetOverride;
  readonly instanceType: string;
  readonly subnet: AccountSubnet;
}

type Lifecycle = "on-demand" | "spot";

/** CreateFleet of type instant: tries the pools in the order of the allocation strategy until all instances run. */
export function createFleet(deps: FleetDeps, input: CreateFleetRequest): CreateFleetResult {
  const pools = input.LaunchTemplateConfigs.flatMap((config) => {
    const template = deps.templates.byName(config.LaunchTemplateSpecification.LaunchTemplateName);
    checkTemplate(deps, template);
    return config.Overrides.map((override) => poolOf(deps, template, override));
  });
  if (input.DryRun === true)
    throw new ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", { status: 412 });
  const lifecycle = lifecycleOf(input);
  const tags = tagsToMap(input.TagSpecifications?.find(({ ResourceType }) => ResourceType === "instance")?.Tags);
  return {
    FleetId: fleetId(deps.newId("fleet")),
    ...fill(deps, {
      pools: ordered(deps, input, pools),
      lifecycle,
      tags,
      wanted: input.TargetCapacitySpecification.TotalTargetCapacity,
    }),
  };
}

function lifecycleOf({ TargetCapacitySpecification }: CreateFleetRequest): Lifecycle {
  const kind = TargetCapacitySpecification.DefaultTargetCapacityType;
  // Reservations and blocks are taken by way of the template; what comes is an ordinary machine.
  return kind === "spot" ? "spot" : "on-demand";
}

/** A template names an image and a profile that must exist. */
export function checkTemplate({ images, hasProfile }: FleetDeps, { data }: AccountLaunchTemplate): void {
  requireImage(images, data.ImageId);
  const profile = data.IamInstanceProfile?.Name;
  if (profile !== undefined && !hasProfile(profile))
    throw new ServiceError(
      "InvalidParameterValue",
      `Value (${profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
}

function poolOf({ network }: FleetDeps, template: AccountLaunchTemplate, override: FleetOverride): Pool {
  const { InstanceType: instanceType, SubnetId: subnetId } = override;
  if (instanceType === undefined || subnetId === undefined)
    throw new ServiceError("InvalidFleetConfiguration", "an override needs InstanceType and SubnetId");
  return { template, override, instanceType, subnet: network.subnet(subnetId) };
}

/** Order in which pools are tried. Equal ones by type, then zone. */
function ordered(deps: FleetDeps, input: CreateFleetRequest, pools: readonly Pool[]): readonly Pool[] {
  const spot = lifecycleOf(input) === "spot";
  const strategy = spot
    ? (input.SpotOptions?.AllocationStrategy ?? "lowest-price")
    : (input.OnDemandOptions?.AllocationStrategy ?? "lowest-price");
  const price = ({ instanceType, subnet }: Pool): number =>
    (spot ? deps.market.spot(instanceType, subnet.zone) : deps.market.onDemand(instanceType)) ?? Number.MAX_VALUE;
  const priority = ({ override }: Pool): number => override.Priority ?? Number.MAX_VALUE;
  // Where the account knows no price, it takes the smallest machine for the cheapest.
  const size = ({ instanceType }: Pool): number => deps.machines.get(instanceType)?.vcpus ?? 0;
  const ranks = [...ranksOf(strategy, { price, priority, depth: capacityDepth }), size];
  const keyed = pools.map((pool) => ({ pool, key: ranks.map((rank) => rank(pool)) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key) || compareNames(a.pool, b.pool)).map(({ pool }) => pool);
}

type Rank = (pool: Pool) => number;

function ranksOf(strategy: string, by: { price: Rank; priority: Rank; depth: Rank }): readonly Rank[] {
  const deepest: Rank = (pool) => -by.depth(pool);
  switch (strategy) {
    case "prioritized":
      return [by.priority];
    case "price-capacity-optimized":
      // Of pools with capacity to spare the cheapest, and all have until a fault says otherwise: what is launched here costs
      // what offline answers foretell.
      return [by.price];
    case "capacity-optimized-prioritized":
      return [deepest, by.priority];
    case "capacity-optimized":
      return [deepest];
    default:
      return [by.price];
  }
}

/** How much spot capacity a pool has, 1 to 10: made up, but fixed by type and zone. */
function capacityDepth({ instanceType, subnet }: Pool): number {
  const share = (simulatedSpotPrice(`depth of ${instanceType}`, subnet.zone, 1) - 0.3) / 0.3;
  return 1 + Math.floor(share * 9.999);
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0);
  return 0;
}

function compareNames(a: Pool, b: Pool): number {
  const [left, right] = [`${a.instanceType} ${a.subnet.zone}`, `${b.instanceType} ${b.subnet.zone}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

interface FillPlan {
  readonly pools: readonly Pool[];
  readonly lifecycle: Lifecycle;
  readonly tags: Readonly<Record<string, string>>;
  readonly wanted: number;
}

function fill(deps: FleetDeps, plan: FillPlan): Pick<CreateFleetResult, "Errors" | "Instances"> {
  const errors: CreateFleetError[] = [];
  const launched: CreateFleetInstance[] = [];
  let missing = plan.wanted;
  for (const pool of plan.pools) {
    if (missing === 0) break;
    const outcome = launchIn(deps, pool, { ...plan, wanted: missing });
    if (outcome.error !== undefined) errors.push(fleetError(pool, plan.lifecycle, outcome.error));
    if (outcome.ids.length > 0) launched.push(fleetInstance(pool, plan.lifecycle, outcome.ids));
    missing -= outcome.ids.length;
  }
  return { Errors: errors, Instances: launched };
}

interface PoolError {
  readonly code: string;
  readonly message: string;
}

function launchIn(
  deps: FleetDeps,
  pool: Pool,
  { lifecycle, tags, wanted }: FillPlan,
): { readonly ids: readonly string[]; readonly error?: PoolError } {
  const ids: string[] = [];
  for (let count = 0; count < wanted; count += 1) {
    const refusal = refusalOf(deps, pool, lifecycle);
    if (refusal !== undefined) return { ids, error: refusal };
    const instance = launchOne(deps, pool, { lifecycle, tags });
    if (instance === undefined) return { ids, error: fullSubnet(pool) };
    ids.push(instance.id);
  }
  return { ids };
}

function refusalOf(
  deps: FleetDeps,
  { template, instanceType, subnet }: Pool,
  lifecycle: Lifecycle,
): PoolError | undefined {
  if (!deps.machines.has(instanceType))
    return { code: "InvalidParameterValue", message: `Invalid value '${instanceType}' for InstanceType.` };
  if (deps.offerings.get(instanceType)?.includes(subnet.zone) !== true)
    return {
      code: "Unsupported",
      message: `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${subnet.zone}).`,
    };
  const { data } = template;
  const refused = deps.capacity.refusal({ instanceType, zone: subnet.zone, data });
  if (refused !== undefined || reservationOf(data) !== undefined) return refused;
  if (deps.faults.hasCapacity({ instanceType, zone: subnet.zone, capacityType: lifecycle })) return undefined;
  return {
    code: "InsufficientInstanceCapacity",
    message: `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${subnet.zone}).`,
  };
}

const fullSubnet = ({ subnet }: Pool): PoolError => ({
  code: "InsufficientFreeAddressesInSubnet",
  message: `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
});

function launchOne(
  { instances, machines }: FleetDeps,
  { template, override, instanceType, subnet }: Pool,
  { lifecycle, tags }: Pick<FillPlan, "lifecycle" | "tags">,
): AccountInstance | undefined {
  return instances.launch({
    instanceType,
    capacityType: lifecycle,
    subnet,
    imageId: override.ImageId ?? template.data.ImageId,
    templateName: template.name,
    data: template.data,
    tags,
    // The VPC's plug-in fills one interface with addresses for pods.
    addresses: machines.get(instanceType)?.ipv4PerInterface ?? 1,
  });
}

/** Fleets have ids of the other kind, which look like a UUID. */
function fleetId(id: string): string {
  const digits = id.slice("fleet-0".length).repeat(2);
  return `fleet-${[digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join("-")}`;
}

const echo = ({ template, override, subnet }: Pool) => ({
  LaunchTemplateSpecification: { LaunchTemplateName: template.name },
  Overrides: { ...override, AvailabilityZone: subnet.zone },
});

const fleetError = (pool: Pool, lifecycle: Lifecycle, { code, message }: PoolError): CreateFleetError => ({
  LaunchTemplateAndOverrides: echo(pool),
  Lifecycle: lifecycle,
  ErrorCode: code,
  ErrorMessage: message,
});

const fleetInstance = (pool: Pool, lifecycle: Lifecycle, ids: readonly string[]): CreateFleetInstance => ({
  LaunchTemplateAndOverrides: echo(pool),
  Lifecycle: lifecycle,
  InstanceIds: ids,
  InstanceType: pool.instanceType,
});
