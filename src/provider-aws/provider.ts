import {
  awsLabels,
  cloudTags,
  conditionTypes,
  type EC2NodeClass,
  ec2NodeClassType,
  getCondition,
  type NodeClaim,
} from "../api/index.ts";
import { addressOf, type ClaimView, failed, ok, poolKeyOfLabels, type Result } from "../core/index.ts";
import type {
  CloudInstance,
  CloudProvider,
  CreateOptions,
  InstanceCollector,
  InstanceTypesFailure,
  LaunchFailure,
} from "../provider/index.ts";
import { imageDrift, liveDrift, staticDrift } from "./drift.ts";
import { cloudInstanceOf, launchAnnotations } from "./instances/cloud-instance.ts";
import { type Instance, parseProviderId } from "./instances/instance.ts";
import { launchStamp } from "./node-class/hash.ts";
import type { AwsParts } from "./parts.ts";
import { repairPolicies } from "./repair-policies.ts";
import { launchTags } from "./tags.ts";

export interface AwsCloudProvider extends CloudProvider, InstanceCollector {}

/** The port over EC2, made of the parts of `createAwsParts`. */
export function createCloudProvider(parts: AwsParts): AwsCloudProvider {
  return {
    name: "aws",
    nodeClassTypes: [ec2NodeClassType],
    repairPolicies,
    create: (view, options) => create(parts, view.claim, options),
    delete: async ({ claim }, { signal }) => {
      const parsed = parseProviderId(claim.status?.providerID ?? "");
      if (parsed === undefined) return failed(noInstance(claim.status?.providerID));
      const deleted = await parts.instances.delete(parsed.id, { signal });
      const reservation = claim.metadata.labels?.[awsLabels.capacityReservationId];
      if (!deleted.ok && reservation !== undefined) parts.reservations.markTerminated(reservation);
      return deleted;
    },
    get: async (providerId, { signal }) => {
      const parsed = parseProviderId(providerId);
      if (parsed === undefined) return failed(noInstance(providerId));
      const instance = await parts.instances.get(parsed.id, { signal });
      return instance.ok ? ok(await describe(parts, instance.value)) : instance;
    },
    list: async ({ signal }) => {
      const instances = await parts.instances.list({ signal });
      const described: CloudInstance[] = [];
      for (const instance of instances) described.push(await describe(parts, instance));
      return described.toSorted((a, b) => (a.providerId < b.providerId ? -1 : 1));
    },
    instanceTypes: async ({ pool }) => {
      const { name } = pool.spec.template.spec.nodeClassRef;
      const nodeClass = parts.nodeClass(name);
      if (nodeClass === undefined) {
        // A view of an older kind has no NodePool that an event could be about.
        if (pool.kind === "NodePool") parts.events?.publish({ object: pool, ...unresolvedClass });
        return failed(noClass(name));
      }
      const types = await parts.types.list(nodeClass);
      if (types.ok) return types;
      const kind = (nodeClass.status?.subnets ?? []).length === 0 ? "class-not-ready" : "unavailable";
      return failed<InstanceTypesFailure>({ kind, message: types.failure.message });
    },
    driftReason: (view, { signal }) => driftReason(parts, view, signal),
    terminateUnowned: async (instance, { signal }) => {
      const parsed = parseProviderId(instance.providerId);
      // Gone already is as good as terminated.
      if (parsed !== undefined) await parts.instances.delete(parsed.id, { signal });
    },
  };
}

const noInstance = (providerId: string | undefined) =>
  ({ kind: "not-found", message: `"${providerId ?? ""}" is no provider id of an EC2 instance` }) as const;

const noClass = (name: string) =>
  ({ kind: "class-not-found", message: `EC2NodeClass "${name}" not found or being deleted` }) as const;

async function create(
  parts: AwsParts,
  claim: NodeClaim,
  { signal, overlay }: CreateOptions,
): Promise<Result<CloudInstance, LaunchFailure>> {
  const nodeClass = parts.nodeClass(claim.spec.nodeClassRef.name);
  if (nodeClass === undefined) return failed(missingClass(parts, claim));
  const unready = readinessFailure(nodeClass);
  if (unready !== undefined) return failed(unready);
  const owner = poolKeyOfLabels(claim.metadata.labels);
  const poolName = owner === undefined ? "" : addressOf(owner);
  const tags = launchTags(nodeClass, { clusterName: parts.options.cluster.name, poolName });
  if (!tags.ok) return failed({ kind: "class-not-ready", message: tags.failure.message });
  const clusterCidr = await clusterCidrFor(parts, nodeClass, signal);
  if (!clusterCidr.ok) return clusterCidr;
  const types = await parts.types.list(nodeClass);
  if (!types.ok)
    return failed({ kind: "create-failed", reason: "InstanceTypeResolutionFailed", message: types.failure.message });
  const placementGroup = await parts.placementGroup(nodeClass);
  const order = {
    claim,
    nodeClass,
    types: overlay === undefined ? types.value : overlay(types.value),
    tags: tags.value,
    clusterCidr: clusterCidr.value,
    placementGroup,
    reserved: await parts.types.reserved(nodeClass),
  };
  const launched = await parts.launcher.launch(order, { signal });
  if (!launched.ok) return launched;
  const { instance, type, price } = launched.value;
  parts.instances.remember(instance);
  const { hash, version } = launchStamp(nodeClass, parts.options.cluster.caBundle ?? "");
  const annotations = launchAnnotations(hash, version, nodeClass.status?.instanceProfile);
  return ok(cloudInstanceOf(instance, { type, nodeClass, annotations, price }));
}

/** Upstream's event has no reason; ours does, as every event (spec: operations 2.4). */
const unresolvedClass = {
  type: "Warning",
  reason: "NodeClassResolutionFailed",
  message: "Failed resolving NodeClass",
} as const;

/** The claim is given up; its pods will find another class or wait (spec: aws 3.0, point 1). */
function missingClass({ events }: AwsParts, claim: NodeClaim): LaunchFailure {
  const { name } = claim.spec.nodeClassRef;
  events?.publish({ object: claim, ...unresolvedClass });
  return { kind: "insufficient-capacity", message: noClass(name).message };
}

function readinessFailure(nodeClass: EC2NodeClass): LaunchFailure | undefined {
  const ready = getCondition(nodeClass, conditionTypes.ready);
  if (ready === undefined || ready.status === "Unknown")
    return {
      kind: "create-failed",
      reason: "NodeClassReadinessUnknown",
      message: `NodeClass readiness is unknown: ${ready?.message ?? "not reconciled yet"}`,
    };
  if (ready.status === "False") return { kind: "class-not-ready", message: ready.message ?? "" };
  if (ready.observedGeneration !== nodeClass.metadata.generation)
    return { kind: "class-not-ready", message: "the status of the EC2NodeClass has not caught up with its spec" };
  return undefined;
}

/** Only AL2023 needs the service network; without it a node would never join (spec: aws 3.6). */
async function clusterCidrFor(
  parts: AwsParts,
  nodeClass: EC2NodeClass,
  signal: AbortSignal,
): Promise<Result<string | undefined, LaunchFailure>> {
  if (parts.familyOf(nodeClass) !== "AL2023") return ok(undefined);
  const cidr = await parts.network.cidr({ signal });
  return cidr === undefined
    ? failed({ kind: "class-not-ready", message: "the cluster's service CIDR is not known, and AL2023 needs it" })
    : ok(cidr);
}

async function describe(parts: AwsParts, instance: Instance): Promise<CloudInstance> {
  const nodeClass = parts.nodeClass(instance.tags[cloudTags.ec2NodeClass] ?? "");
  const type = nodeClass === undefined ? undefined : await parts.types.find(nodeClass, instance.instanceType);
  return cloudInstanceOf(instance, { type, nodeClass });
}

async function driftReason(parts: AwsParts, view: ClaimView, signal: AbortSignal): Promise<string | undefined> {
  if (view.poolKey === undefined) return undefined;
  const nodeClass = parts.nodeClass(view.claim.spec.nodeClassRef.name);
  if (nodeClass === undefined) {
    parts.events?.publish({ object: view.claim, ...unresolvedClass });
    return undefined;
  }
  const types = await parts.types.list(nodeClass);
  const early = staticDrift(view.claim, nodeClass) ?? imageDrift(view.claim, nodeClass, types.ok ? types.value : []);
  return early ?? (await instanceDrift(parts, { claim: view.claim, nodeClass, signal }));
}

async function instanceDrift(
  parts: AwsParts,
  { claim, nodeClass, signal }: { claim: NodeClaim; nodeClass: EC2NodeClass; signal: AbortSignal },
): Promise<string | undefined> {
  const parsed = parseProviderId(claim.status?.providerID ?? "");
  if (parsed === undefined) return undefined;
  const instance = await parts.instances.get(parsed.id, { signal });
  if (!instance.ok) return undefined;
  const live = {
    claim,
    instance: instance.value,
    placementGroupId: (await parts.placementGroup(nodeClass))?.id ?? "",
    reread: async () => {
      const fresh = await parts.instances.get(parsed.id, { signal, fresh: true });
      return fresh.ok ? fresh.value : undefined;
    },
  };
  return await liveDrift(live, nodeClass);
}
