import type { ResourceQuantities, ResourceType } from "../api/index.ts";
import type { ClaimView, EpochMillis, InstanceType, PoolView, Result } from "../core/index.ts";

/** What a provider knows of one machine. */
export interface CloudInstance {
  /** `aws:///<zone>/<instance id>` and the like; unique. */
  readonly providerId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly imageId?: string;
  readonly launchedAt: EpochMillis;
  /** The cloud is already taking it away. */
  readonly terminating: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly capacity: ResourceQuantities;
  readonly allocatable: ResourceQuantities;
  /** Name of the pool it was launched for, from its tags. */
  readonly poolName?: string;
  /** USD an hour at launch, where known. */
  readonly price?: number;
}

/** Closed failures of a launch (spec: lifecycle 1.3, aws 3.0). */
export type LaunchFailure =
  | { readonly kind: "insufficient-capacity"; readonly message: string }
  | { readonly kind: "class-not-ready"; readonly message: string }
  | { readonly kind: "create-failed"; readonly reason: string; readonly message: string };

export type InstanceFailure = { readonly kind: "not-found"; readonly message: string };

export type InstanceTypesFailure =
  | { readonly kind: "class-not-found"; readonly message: string }
  | { readonly kind: "class-not-ready"; readonly message: string }
  | { readonly kind: "unavailable"; readonly message: string };

export interface CreateOptions {
  readonly signal: AbortSignal;
  /**
   * Puts on types what users have laid over them for the claim's pool, so that the launch chooses as the plan did; throws
   * while that has not been worked out (spec: aws 3.0). Absent where nothing is laid over them.
   */
  readonly overlay?: (types: readonly InstanceType[]) => readonly InstanceType[];
}

/** A node condition that makes repair replace the node (spec: lifecycle 5.2). */
export interface RepairPolicy {
  readonly conditionType: string;
  readonly conditionStatus: "True" | "False" | "Unknown";
  readonly tolerationMilliseconds: number;
}

/**
 * The port to a cloud. Nothing above it sees an SDK type. Failures that callers act on are values; environment faults
 * (network, throttling past retries) reject with `ProviderFault`. `create` is repeatable for one claim UID only through
 * the caller's launch cache.
 */
export interface CloudProvider {
  readonly name: string;
  /** Node class kinds served, the default first. */
  readonly nodeClassTypes: readonly ResourceType[];
  create(claim: ClaimView, options: CreateOptions): Promise<Result<CloudInstance, LaunchFailure>>;
  /** `ok` when the cloud accepted (or had accepted) the termination; `not-found` proves that the machine is gone. */
  delete(claim: ClaimView, options: { readonly signal: AbortSignal }): Promise<Result<"terminating", InstanceFailure>>;
  get(providerId: string, options: { readonly signal: AbortSignal }): Promise<Result<CloudInstance, InstanceFailure>>;
  /** Every machine of this cluster, in order of provider id. */
  list(options: { readonly signal: AbortSignal }): Promise<readonly CloudInstance[]>;
  /** Types that a pool may launch, in order of name. Equal classes give the identical array. */
  instanceTypes(
    pool: PoolView,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<readonly InstanceType[], InstanceTypesFailure>>;
  /** The provider's own drift reason, if any (api 2.6). */
  driftReason(claim: ClaimView, options: { readonly signal: AbortSignal }): Promise<string | undefined>;
  readonly repairPolicies: readonly RepairPolicy[];
}

/** Terminates a machine that no claim owns (leak collection), by provider id. */
export interface InstanceCollector {
  terminateUnowned(instance: CloudInstance, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** An error of the environment: classified, with the advice on retry. */
export class ProviderFault extends Error {
  override readonly name = "ProviderFault";
  readonly code: string;
  readonly retry: "backoff" | "never";

  constructor(
    code: string,
    message: string,
    details: { readonly retry?: "backoff" | "never"; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retry = details.retry ?? "backoff";
  }
}
