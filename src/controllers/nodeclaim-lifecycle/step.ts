import type { NodeClaim } from "../../api/index.ts";
import type { LaunchCache } from "./launch-cache.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { EventRecorder, KubeClient, ReconcileResult } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { Caches, DecisionSink, Instruments } from "../plumbing/index.ts";
import type { Nominator } from "../pod-nominations/index.ts";

/** What one sub-step leaves behind. The claim is a new value; it is written once, after all steps. */
export interface StepOutcome {
  readonly claim: NodeClaim;
  readonly result?: ReconcileResult;
  /** Collected and thrown after the claim was written, so that no step hides another's progress. */
  readonly error?: unknown;
  /** Told and counted once the claim says so too: a write that conflicts makes the step run again. */
  readonly onWritten?: () => void;
  /** The claim was deleted by this step: nothing more to do or to write. */
  readonly deleted?: boolean;
}

export type Step = (claim: NodeClaim, signal: AbortSignal) => Promise<StepOutcome>;

/** Waits that a provider asks for before a node may count as registered (spec: lifecycle 1.4). */
export interface RegistrationHook {
  readonly name: string;
  /** Undefined when there is nothing to wait for; else how long to wait before it is asked again. May change the claim. */
  run(
    claim: NodeClaim,
    signal: AbortSignal,
  ): Promise<{ readonly claim?: NodeClaim; readonly requeueAfterMilliseconds?: number } | undefined>;
}

/** Tells the pool's registration health of outcomes (spec: lifecycle 5.7). */
export interface RegistrationOutcomes {
  /** Rejects with a `Conflict` fault, having recorded nothing, when the pool changed meanwhile. */
  recordSuccess(claim: NodeClaim, signal: AbortSignal): Promise<void>;
  recordFailure(claim: NodeClaim, signal: AbortSignal): Promise<void>;
}

export interface LifecycleLimits {
  readonly launchMilliseconds: number;
  readonly registrationMilliseconds: number;
}

/** Spec: lifecycle 0.2. */
export const defaultLifecycleLimits: LifecycleLimits = Object.freeze({
  launchMilliseconds: 5 * 60_000,
  registrationMilliseconds: 15 * 60_000,
});

export interface LifecycleDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
  readonly decisions: DecisionSink;
  readonly outcomes: RegistrationOutcomes;
  readonly hooks?: readonly RegistrationHook[];
  readonly limits?: LifecycleLimits;
  /** Tells the scheduler of the plan before it may use a node; nobody does when absent. */
  readonly nominator?: Pick<Nominator, "awaits" | "nominate">;
  /** Machines launched or adopted whose claims may not say so yet; a new one when absent. */
  readonly launches?: LaunchCache;
}
