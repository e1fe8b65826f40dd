import {
  ec2NodeClassType,
  formatTimestamp,
  labels,
  type Node,
  type NodeClaim,
  nodeClassLabelKey,
  type NodeClassReference,
  type NodePool,
  parseNillableDurationMillis,
  parseTimestamp,
  type Timestamp,
} from "../../api/index.ts";
import { addressOf, poolKeyOfLabels } from "../../core/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { Instruments } from "./instruments.ts";

/** The present moment as objects carry it. */
export const timestampOf = (clock: Clock): Timestamp => formatTimestamp(clock.now());

/** Epoch milliseconds of a time text; undefined when absent or none. */
export const millisOf = (time: Timestamp | null | undefined): number | undefined =>
  time === undefined || time === null ? undefined : parseTimestamp(time);

/** Milliseconds of a duration field; undefined when absent or no duration, Infinity for `Never`. */
export const durationMillisOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseNillableDurationMillis(text);

const isServed = (provider: CloudProvider, ref: NodeClassReference): boolean =>
  provider.nodeClassTypes.some(({ group, kind }) => group === ref.group && kind === ref.kind);

/** "Managed" (spec: lifecycle 0.4): the node class kind is one that this provider serves. All else is left alone. */
export const isManagedClaim = (provider: CloudProvider, claim: NodeClaim): boolean =>
  isServed(provider, claim.spec.nodeClassRef);

export const isManagedPool = (provider: CloudProvider, pool: NodePool): boolean =>
  isServed(provider, pool.spec.template.spec.nodeClassRef);

/**
 * The same of a Node, by the label of its class. Nodes of Provisioners have none, and carry their owner's instead: they are
 * EC2's.
 */
export const isManagedNode = (provider: CloudProvider, { metadata }: Node): boolean =>
  provider.nodeClassTypes.some(
    (type) =>
      metadata.labels?.[nodeClassLabelKey(type)] !== undefined ||
      (type.kind === ec2NodeClassType.kind && (metadata.labels?.[labels.provisionerName] ?? "") !== ""),
  );

/** Address of the owner by label: a NodePool's name, `Provisioner/NAME`, or nothing. */
export function poolNameOf(object: { readonly metadata: NodeClaim["metadata"] }): string {
  const key = poolKeyOfLabels(object.metadata.labels);
  return key === undefined ? "" : addressOf(key);
}

const mostMessageCharacters = 300;

/** Cloud errors can be pages long; conditions and events show their beginning (spec: api 2.4). */
export const truncateMessage = (message: string): string =>
  message.length < mostMessageCharacters ? message : `${message.slice(0, mostMessageCharacters)}...`;

/** `AcceleratedHardwareReady` as a label value: `accelerated_hardware_ready`. */
export const snakeCase = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();

/** `termination_mode` of operations 1.2. */
export function terminationModeOf(claim: NodeClaim): "graceful" | "eventual" | "forceful" {
  const period = durationMillisOf(claim.spec.terminationGracePeriod);
  if (period === undefined || period === Number.POSITIVE_INFINITY) return "graceful";
  return period > 0 ? "eventual" : "forceful";
}

export interface DisruptionCount {
  readonly claim: NodeClaim;
  /** Snake case, as listed in operations 1.2. */
  readonly reason: string;
  /** Policy of the pool when the reason is a consolidation, else absent. */
  readonly consolidationPolicy?: string;
  /** Reschedulable pods on the node. */
  readonly pods?: number;
}

/** Counts a claim that we decided to remove; once per claim, by whoever got its deletion accepted. */
export function countDisrupted(instruments: Instruments, count: DisruptionCount): void {
  const counted = {
    reason: count.reason,
    nodepool: poolNameOf(count.claim),
    capacity_type: count.claim.metadata.labels?.[labels.capacityType] ?? "",
    consolidation_policy: count.consolidationPolicy ?? "",
    termination_mode: terminationModeOf(count.claim),
  };
  instruments.nodeClaimsDisrupted.increment(counted);
  if (count.pods !== undefined) instruments.podsDisruptionInitiated.increment(counted, count.pods);
}
