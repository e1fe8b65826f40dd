import { ensureConditions, type Node, type NodeClaim, nodeClaimType, terminationFinalizer } from "../../api/index.ts";
import type { Controller, ObjectKey, ReconcileResult } from "../../kube/index.ts";
import { objectKey } from "../../kube/index.ts";
import {
  indexes,
  isManagedClaim,
  mergeResults,
  patchObject,
  patchStatus,
  type Reconciler,
  timestampOf,
  waitForOwnWrite,
  withGrace,
} from "../plumbing/index.ts";
import { finalizeNodeClaim } from "./finalize.ts";
import { createInitializationStep } from "./initialization.ts";
import { createLaunchStep } from "./launch.ts";
import { createLaunchAttempts } from "./attempts.ts";
import { createLaunchCache, type LaunchCache } from "./launch-cache.ts";
import { createLivenessStep } from "./liveness.ts";
import { createOpeningStep } from "./opening.ts";
import { createRegistrationStep } from "./registration.ts";
import type { LifecycleDeps, Step, StepOutcome } from "./step.ts";

/** Carries a NodeClaim from creation to a usable node and, deleted, back to nothing (spec: lifecycle 1.2). */
export function createNodeClaimLifecycle(deps: LifecycleDeps): Reconciler {
  const launches = deps.launches ?? createLaunchCache(deps.clock);
  const attempts = createLaunchAttempts(deps);
  const steps: readonly Step[] = [
    createLaunchStep({ ...deps, launches, attempts }),
    createRegistrationStep(deps),
    createOpeningStep(deps),
    createInitializationStep(deps),
    createLivenessStep(deps),
  ];
  return {
    name: "nodeclaim.lifecycle",
    type: nodeClaimType,
    workers: { min: 1000, max: 5000 },
    retry: { baseMilliseconds: 1_000, maxMilliseconds: 60_000, minPerSecond: 10 },
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return undefined;
      if (claim.metadata.deletionTimestamp !== undefined) {
        return finalizeNodeClaim(deps, withKnownMachine(claim, launches), signal);
      }
      const guarded = await ensureFinalizer(deps, claim, signal);
      if (guarded === undefined) return undefined;
      return progress(deps, steps, guarded, signal);
    },
    watch: (queue) => {
      watch(deps, queue);
      deps.caches.nodeClaims.subscribe(({ type, object }) => {
        if (type !== "deleted") return;
        launches.drop(object.metadata.uid ?? "");
        attempts.end(object);
      });
    },
  };
}

/** A machine that was launched, but whose claim was deleted before it could say so, must end with it. */
function withKnownMachine(claim: NodeClaim, launches: LaunchCache): NodeClaim {
  const launched = launches.get(claim.metadata.uid ?? "");
  if (launched === undefined || (claim.status?.providerID ?? "") !== "") return claim;
  return { ...claim, status: { ...claim.status, providerID: launched.providerId } };
}

function watch(deps: LifecycleDeps, queue: Controller): void {
  queue.watches(deps.caches.nodeClaims);
  queue.watches(deps.caches.nodes, ({ object }) => claimsOf(deps, object));
  const { resourceSlices } = deps.caches;
  if (resourceSlices === undefined) return;
  queue.watches(resourceSlices, ({ object }) => {
    const owners = (object.metadata.ownerReferences ?? []).filter(({ kind }) => kind === "Node");
    const names = [object.spec.nodeName ?? "", ...owners.map(({ name }) => name)];
    return names.flatMap((name) => claimsOf(deps, deps.caches.nodes.store.get(name)));
  });
}

function claimsOf(deps: LifecycleDeps, node: Node | undefined): readonly ObjectKey[] {
  const providerId = node?.spec.providerID ?? "";
  if (providerId === "") return [];
  return deps.caches.nodeClaims.store.byIndex(indexes.providerId, providerId).map(objectKey);
}

/** Nothing is launched before the finalizer is on: without it a deleted claim would leave its machine behind. */
async function ensureFinalizer(
  deps: LifecycleDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<NodeClaim | undefined> {
  const finalizers = claim.metadata.finalizers ?? [];
  if (finalizers.includes(terminationFinalizer)) return claim;
  const after: NodeClaim = {
    ...claim,
    metadata: { ...claim.metadata, finalizers: [...finalizers, terminationFinalizer] },
  };
  return patchObject(deps.kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
}

async function progress(
  deps: LifecycleDeps,
  steps: readonly Step[],
  before: NodeClaim,
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  // A launch that was answered must be written down even when the process is told to stop in between.
  const outcomes = await withGrace({ clock: deps.clock, signal }, async (lateSignal) => {
    const done = await runSteps(steps, ensureConditions(before, timestampOf(deps.clock)), { signal, lateSignal });
    const last = done.at(-1);
    if (last !== undefined && last.deleted !== true) {
      await write(deps, before, last.claim, lateSignal);
      for (const { onWritten } of done) onWritten?.();
    }
    return done;
  });
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `reconciling nodeclaim ${before.metadata.name}`);
  return mergeResults(outcomes.map(({ result }) => result));
}

async function runSteps(
  steps: readonly Step[],
  start: NodeClaim,
  signals: { readonly signal: AbortSignal; readonly lateSignal: AbortSignal },
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  let claim = start;
  for (const step of steps) {
    const outcome = await runStep(step, claim, signals.lateSignal);
    outcomes.push(outcome);
    claim = outcome.claim;
    if (outcome.deleted === true || signals.signal.aborted) break;
  }
  return outcomes;
}

/** A step that throws keeps the claim as it was; the others still get their turn. */
async function runStep(step: Step, claim: NodeClaim, signal: AbortSignal): Promise<StepOutcome> {
  try {
    return await step(claim, signal);
  } catch (error) {
    return { claim, error };
  }
}

async function write(deps: LifecycleDeps, before: NodeClaim, after: NodeClaim, signal: AbortSignal): Promise<void> {
  const named = await patchObject(deps.kube, { type: nodeClaimType, before, after, lock: true }, signal);
  if (named === undefined) return;
  const written = await patchStatus(
    deps.kube,
    {
      type: nodeClaimType,
      before: named,
      after: after.status === undefined ? named : { ...named, status: after.status },
      lock: true,
    },
    signal,
  );
  if (written !== undefined && written !== before) {
    await waitForOwnWrite(deps.clock, deps.caches.nodeClaims, written, signal);
  }
}
