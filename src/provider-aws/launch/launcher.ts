import {
  awsLabels,
  awsResourceNames,
  capacityTypes,
  type EC2NodeClass,
  labels,
  type NodeClaim,
} from "../../api/index.ts";
import {
  failed,
  hasValue,
  type InstanceType,
  ok,
  requirementFor,
  type Result,
  satisfiesMinValues,
} from "../../core/index.ts";
import type { Clock, Counter, Logger } from "../../platform/index.ts";
import type { LaunchFailure } from "../../provider/index.ts";
import type { Batcher } from "../batching/batcher.ts";
import type { Reservations } from "../capacity/reservations.ts";
import { type ClassPlacementGroup, partitionNames, type PlacementGroupScope } from "../catalogue/index.ts";
import type { CreateFleetInstance, CreateFleetRequest, FleetOverride } from "../contract/index.ts";
import { awsErrorOf, errorCodes, hasCode, launchReasonOf, withRequestId } from "../errors/index.ts";
import type { Instance } from "../instances/instance.ts";
import type { TemplateStore } from "../launch-templates/template-store.ts";
import type { Subnets } from "../network/subnets.ts";
import type { AwsProviderOptions } from "../options.ts";
import type { ReservedByType } from "../types/type-list.ts";
import type { UnavailableOfferings } from "../types/unavailable-offerings.ts";
import { type Candidate, type LaunchDemand, launchDemandOf, podsOf, usable } from "./candidates.ts";
import { launchCandidates } from "./filters.ts";
import type { FleetOrder, FleetShare } from "./fleet-batch.ts";
import { failureOf, learnFromErrors } from "./fleet-errors.ts";
import { type FleetPlan, fleetRequest, subnetsIn, templatesIn } from "./fleet-request.ts";
import { ensureTemplates, tenancyOf } from "./template-groups.ts";

export interface LaunchOrder {
  readonly claim: NodeClaim;
  readonly nodeClass: EC2NodeClass;
  readonly types: readonly InstanceType[];
  readonly tags: Readonly<Record<string, string>>;
  readonly clusterCidr: string | undefined;
  readonly placementGroup: ClassPlacementGroup | undefined;
  readonly reserved: ReservedByType;
}

export interface Launched {
  readonly instance: Instance;
  readonly type: InstanceType;
  /** USD an hour of the offering that was taken. */
  readonly price: number | undefined;
}

export interface LauncherDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: AwsProviderOptions;
  readonly templates: TemplateStore;
  readonly subnets: Subnets;
  readonly unavailable: UnavailableOfferings;
  readonly fleets: Batcher<FleetOrder, FleetShare>;
  readonly reservations: Reservations;
  readonly launchFailures: Counter | undefined;
  /** Told which claim found that the account lacks the role for spot. */
  readonly onSpotRoleMissing: (claim: NodeClaim) => void;
}

export type LaunchOutcome = Result<Launched, LaunchFailure>;

const mostTypes = 60;
/** With fewer types than this an on-demand launch that could have been spot is worth a remark (spec: aws 3.1). */
const leastFlexibleTypes = 5;

/** Launches one instance for a claim (spec: aws 3.1 to 3.3). A template that EC2 has lost is made again, once. */
export function createLauncher(deps: LauncherDeps): {
  launch(order: LaunchOrder, options: { readonly signal: AbortSignal }): Promise<LaunchOutcome>;
} {
  return {
    launch: async (order, { signal }) => {
      const first = await attempt(deps, order, signal);
      return first === "template-lost" ? withoutRetry(await attempt(deps, order, signal)) : first;
    },
  };
}

const withoutRetry = (outcome: LaunchOutcome | "template-lost"): LaunchOutcome =>
  outcome === "template-lost"
    ? failed({
        kind: "create-failed",
        ...launchReasonOf(`${errorCodes.launchTemplateMissing}: a launch template vanished twice`),
      })
    : outcome;

async function attempt(
  deps: LauncherDeps,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<LaunchOutcome | "template-lost"> {
  // A hundred claims may be launched at once, and choosing takes milliseconds for each: one turn per claim.
  await deps.clock.yield();
  const demand = launchDemandOf(order.claim);
  const candidates = chooseCandidates(deps, order, demand);
  if (!candidates.ok) return candidates;
  const plan = await makePlan(deps, order, { demand, candidates: candidates.value, signal });
  if (!plan.ok) return plan;
  const { request, settle } = plan.value;
  try {
    const share = await deps.fleets.submit({ request, claim: order.claim.metadata.uid ?? "" }, { signal });
    const subnetId = share.instance?.details.LaunchTemplateAndOverrides?.Overrides?.SubnetId;
    settle(new Set(subnetId === undefined ? [] : [subnetId]));
    return readShare(deps, { share, plan: plan.value, order });
  } catch (error) {
    settle(new Set());
    signal.throwIfAborted();
    if (hasCode(error, errorCodes.launchTemplateMissing)) {
      for (const name of templatesIn(request)) deps.templates.forget(name);
      return "template-lost";
    }
    const { code, message, requestId } = awsErrorOf(error);
    const why = launchReasonOf(`${code}: ${message}`);
    return failed({ kind: "create-failed", ...why, message: withRequestId(why.message, requestId) });
  }
}

const noTypes = "all requested instance types were unavailable during launch";

function chooseCandidates(
  { log, options }: LauncherDeps,
  { types }: LaunchOrder,
  demand: LaunchDemand,
): Result<readonly Candidate[], LaunchFailure> {
  const all = launchCandidates(types, demand, log);
  if (all.length === 0) return failed({ kind: "insufficient-capacity", message: noTypes });
  const candidates = all.slice(0, mostTypes);
  if (!demand.hasMinValues || options.minValuesPolicy === "BestEffort") return ok(candidates);
  const flexible = satisfiesMinValues(
    candidates.map(({ type }) => type),
    demand.requirements,
  );
  if (flexible.ok) return ok(candidates);
  return failed({
    kind: "insufficient-capacity",
    message: `truncating instance types to ${mostTypes}: ${flexible.text}`,
  });
}

/** Reserved, then spot, if allowed and to be had; else on-demand. */
function chooseCapacityType(candidates: readonly Candidate[], demand: LaunchDemand): string {
  const had = new Set(
    candidates.flatMap((candidate) => usable(candidate, demand)).map(({ capacityType }) => capacityType),
  );
  if (had.has(capacityTypes.reserved)) return capacityTypes.reserved;
  return had.has(capacityTypes.spot) ? capacityTypes.spot : capacityTypes.onDemand;
}

interface ReadyPlan extends FleetPlan {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly request: CreateFleetRequest;
  readonly settle: (used: ReadonlySet<string>) => void;
}

async function makePlan(
  deps: LauncherDeps,
  order: LaunchOrder,
  context: { readonly demand: LaunchDemand; readonly candidates: readonly Candidate[]; readonly signal: AbortSignal },
): Promise<Result<ReadyPlan, LaunchFailure>> {
  const { demand, candidates, signal } = context;
  const { claim, nodeClass, tags, clusterCidr, reserved } = order;
  const capacityType = chooseCapacityType(candidates, demand);
  remarkOnFlexibility(deps.log, { claim, candidates, demand, capacityType });
  if ((nodeClass.status?.subnets ?? []).length === 0)
    return failed({ kind: "create-failed", reason: "SubnetResolutionFailed", message: "no subnets matched selector" });
  const placementGroup = groupScope(order.placementGroup, demand);
  const groups = await ensureTemplates(
    { claim, nodeClass, demand, candidates, capacityType, tags, clusterCidr, placementGroup, reserved },
    { templates: deps.templates, options: deps.options, signal },
  );
  if (!groups.ok) return failed({ kind: "create-failed", ...launchReasonOf(groups.failure.message) });
  const choice = deps.subnets.choose(nodeClass, podsByZone(candidates, demand, capacityType));
  const startedAt = deps.clock.now();
  const plan = {
    claim,
    nodeClass,
    demand,
    capacityType,
    groups: groups.value,
    subnets: choice.byZone,
    tags,
    placementGroup,
    startedAt,
  };
  const request = fleetRequest(plan);
  if (request === undefined) {
    choice.settle({ asked: new Set([...choice.byZone.values()].map(({ id }) => id)), used: new Set() });
    const message = "no capacity offerings are currently available given the constraints";
    return failed({ kind: "create-failed", reason: "LaunchFailed", message });
  }
  return ok({ ...plan, request, settle: (used) => choice.settle({ asked: subnetsIn(request), used }) });
}

/**
 * The class' group; with the one partition of this launch where the claim asks for partitions: the lowest that it allows,
 * sorted as text (spec: aws 3.3).
 */
export function groupScope(
  group: ClassPlacementGroup | undefined,
  { requirements }: Pick<LaunchDemand, "requirements">,
): PlacementGroupScope | undefined {
  if (group === undefined) return undefined;
  const asked = requirements.get(awsLabels.placementGroupPartition);
  const partition =
    asked === undefined
      ? undefined
      : partitionNames(group.partitions)
          .filter((name) => hasValue(asked, name))
          .sort()[0];
  return { id: group.id, ...(partition === undefined ? {} : { partition }) };
}

/** Addresses to reckon with in each zone: those of the smallest machine that may come. */
function podsByZone(
  candidates: readonly Candidate[],
  demand: LaunchDemand,
  capacityType: string,
): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const candidate of candidates)
    for (const offering of usable(candidate, demand))
      if (offering.capacityType === capacityType)
        least.set(offering.zone, Math.min(least.get(offering.zone) ?? Number.POSITIVE_INFINITY, podsOf(candidate)));
  return least;
}

function remarkOnFlexibility(
  log: Logger,
  launch: { claim: NodeClaim; candidates: readonly Candidate[]; demand: LaunchDemand; capacityType: string },
): void {
  const { claim, candidates, demand, capacityType } = launch;
  if (capacityType !== capacityTypes.onDemand || candidates.length >= leastFlexibleTypes) return;
  const allowed = requirementFor(demand.requirements, labels.capacityType);
  if (allowed.values.has(capacityTypes.spot) !== allowed.complement)
    log.error("falling back to on-demand with few instance types; allow more types for spot", {
      NodeClaim: claim.metadata.name,
      count: candidates.length,
    });
}

function readShare(
  deps: LauncherDeps,
  { share, plan, order }: { readonly share: FleetShare; readonly plan: ReadyPlan; readonly order: LaunchOrder },
): LaunchOutcome {
  learnFromErrors(share.errors, {
    capacityType: plan.capacityType,
    fleetId: share.fleetId,
    chosen: plan.subnets,
    unavailable: deps.unavailable,
    subnets: deps.subnets,
    launchFailures: deps.launchFailures,
    placementGroup: plan.placementGroup,
    types: plan.groups.flatMap(({ candidates }) => candidates.map(({ type }) => type.name)),
    reservationOf: (name) => reservationIn(plan, name)?.id,
    reservations: deps.reservations,
    onSpotRoleMissing: () => deps.onSpotRoleMissing(order.claim),
  });
  if (share.instance === undefined) return failed(failureOf(share.errors, share.requestId));
  const instance = launchedInstance(deps, { share: share.instance, plan });
  const type = order.types.find(({ name }) => name === instance.instanceType);
  if (type === undefined)
    return failed({
      kind: "create-failed",
      reason: "LaunchFailed",
      message: `EC2 launched ${instance.id} as ${instance.instanceType || "an unnamed type"}, which was not asked for`,
    });
  const { zone, capacityType, instanceType } = instance;
  deps.unavailable.noteLaunched({ instanceType, zone, capacityType, placementGroup: plan.placementGroup });
  if (instance.reservation !== undefined) deps.reservations.markLaunched(instance.reservation.id, plan.startedAt);
  const price = type.offerings.find(
    (offering) => offering.zone === zone && offering.capacityType === capacityType,
  )?.price;
  return ok({ instance, type, price: price === Number.POSITIVE_INFINITY ? undefined : price });
}

function launchedInstance(
  { clock }: LauncherDeps,
  { share, plan }: { readonly share: NonNullable<FleetShare["instance"]>; readonly plan: ReadyPlan },
): Instance {
  const place = launchedPlace(share.details, plan);
  return {
    id: share.id,
    ...place,
    capacityType: plan.capacityType,
    securityGroupIds: (plan.nodeClass.status?.securityGroups ?? []).map(({ id }) => id),
    state: "pending",
    launchedAt: clock.now(),
    tags: plan.tags,
    tenancy: tenancyOf(plan.demand),
    efaCount: efaCountOf(plan, place.instanceType),
    ...reservedBy(plan, share.details),
    ...(plan.placementGroup === undefined ? {} : { placementGroup: plan.placementGroup }),
  };
}

const reservationIn = ({ groups }: FleetPlan, templateName: string | undefined) =>
  groups.find((group) => group.templateName === templateName)?.reservation ??
  (groups.length === 1 ? groups[0]?.reservation : undefined);

/** The reservation is the one that the template of the launch names. */
function reservedBy(plan: ReadyPlan, { LaunchTemplateAndOverrides: launched }: CreateFleetInstance) {
  const reservation = reservationIn(plan, launched?.LaunchTemplateSpecification?.LaunchTemplateName);
  return reservation === undefined ? {} : { reservation };
}

/** Interfaces for EFA that the launch asked for: by the class' own list, or as many as the type can have. */
function efaCountOf({ demand, nodeClass, groups }: ReadyPlan, name: string): number {
  const listed = nodeClass.spec.networkInterfaces ?? [];
  if (listed.length > 0) return listed.filter(({ interfaceType }) => interfaceType === "efa-only").length;
  if ((demand.requests[awsResourceNames.efa] ?? 0) === 0) return 0;
  const launched = groups.flatMap(({ candidates }) => candidates).find(({ type }) => type.name === name);
  return launched?.type.capacity[awsResourceNames.efa] ?? 0;
}

/** Type, image and place come from the override that the fleet echoes. */
function launchedPlace(details: CreateFleetInstance, plan: ReadyPlan) {
  const { InstanceType, ImageId, SubnetId, AvailabilityZone }: FleetOverride =
    details.LaunchTemplateAndOverrides?.Overrides ?? {};
  const subnet = [...plan.subnets.values()].find(({ id }) => id === SubnetId);
  return {
    instanceType: details.InstanceType ?? InstanceType ?? "",
    zone: AvailabilityZone ?? subnet?.zone ?? "",
    ...(subnet?.zoneId === undefined ? {} : { zoneId: subnet.zoneId }),
    imageId: ImageId ?? "",
    subnetId: SubnetId ?? "",
  };
}
