import {
  awsTerminationFinalizer,
  type EC2NodeClass,
  ec2NodeClassType,
  ensureConditions,
  formatTimestamp,
  type Node,
  type NodeClaim,
  type NodePool,
} from "../../api/index.ts";
import {
  addFinalizer,
  type EventRecorder,
  type Informer,
  type KubeClient,
  patchStatus,
  type Reconciler,
  type ReconcileResult,
  removeFinalizer,
} from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { unmanagedTemplateOf } from "../launch-templates/unmanaged.ts";
import type { AwsParts } from "../parts.ts";
import type { InstanceProfiles } from "./instance-profiles.ts";
import { unmanagedSteps } from "./unmanaged-steps.ts";
import { resolutionSteps, type Step, type StepContext, type StepResult } from "./steps.ts";
import { createValidation, type Validation } from "./validation.ts";

export interface NodeClassDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly nodeClasses: Informer<EC2NodeClass>;
  readonly nodeClaims: Informer<NodeClaim>;
  readonly parts: AwsParts;
  readonly profiles: InstanceProfiles;
  readonly nodes: Informer<Node>;
  readonly nodePools: Informer<NodePool>;
}

const tenMinutes = 600_000;

/** Keeps `status` of EC2NodeClasses: what their selectors match, and whether they can be launched from (spec: aws 7.2). */
export function createNodeClassReconciler(deps: NodeClassDeps): Reconciler {
  const validation = createValidation(deps);
  return {
    name: "nodeclass",
    type: ec2NodeClassType,
    workers: { min: 10, max: 10 },
    retry: { baseMilliseconds: 100, maxMilliseconds: 60_000, minPerSecond: 10 },
    reconcile: async (key, signal) => {
      const nodeClass = deps.nodeClasses.store.get(key);
      if (nodeClass === undefined) return undefined;
      return nodeClass.metadata.deletionTimestamp === undefined
        ? await reconcileStatus(deps, { read: nodeClass, validation, signal })
        : await finalize(deps, { nodeClass, validation, signal });
    },
    watch: (queue) => {
      queue.watches(deps.nodeClasses);
      queue.watches(deps.nodeClaims, (delta) =>
        delta.type === "deleted" ? [delta.object.spec.nodeClassRef.name] : [],
      );
    },
  };
}

async function reconcileStatus(
  deps: NodeClassDeps,
  { read, validation, signal }: { read: EC2NodeClass; validation: Validation; signal: AbortSignal },
): Promise<ReconcileResult | undefined> {
  const target = { client: deps.kube, type: ec2NodeClassType };
  const stored = await addFinalizer({ ...target, object: read }, awsTerminationFinalizer, { signal });
  if (stored === undefined) return undefined;
  const now = formatTimestamp(deps.clock.now());
  const { parts, profiles, nodePools } = deps;
  const context: StepContext = { parts, profiles, pools: () => nodePools.store.list(), now, signal };
  const managed = unmanagedTemplateOf(stored) === undefined;
  const steps = managed ? [...resolutionSteps, validation.step] : unmanagedSteps;
  const outcome = await runSteps(ensureConditions(stored, now), steps, context);
  const { nodeClass } = outcome;
  if (nodeClass.status !== undefined)
    await patchStatus({ ...target, object: stored }, nodeClass.status, { clock: deps.clock, lock: true, signal });
  if (outcome.errors.length > 0) throw combined(outcome.errors);
  return outcome.requeueMilliseconds === undefined
    ? undefined
    : { requeueAfterMilliseconds: outcome.requeueMilliseconds };
}

/** Every step runs, whatever the others did; errors are kept for the end. */
async function runSteps(
  start: EC2NodeClass,
  steps: readonly Step[],
  context: StepContext,
): Promise<StepResult & { readonly errors: readonly unknown[] }> {
  let nodeClass = start;
  const errors: unknown[] = [];
  const waits: number[] = [];
  for (const step of steps) {
    try {
      const result = await step(nodeClass, context);
      nodeClass = result.nodeClass;
      if (result.requeueMilliseconds !== undefined) waits.push(result.requeueMilliseconds);
    } catch (error) {
      context.signal.throwIfAborted();
      errors.push(error);
    }
  }
  return { nodeClass, errors, ...(waits.length === 0 ? {} : { requeueMilliseconds: Math.min(...waits) }) };
}

const combined = (errors: readonly unknown[]): unknown =>
  errors.length === 1
    ? errors[0]
    : new AggregateError(
        errors,
        errors.map((error) => (error instanceof Error ? error.message : String(error))).join("; "),
      );

async function finalize(
  deps: NodeClassDeps,
  { nodeClass, validation, signal }: { nodeClass: EC2NodeClass; validation: Validation; signal: AbortSignal },
): Promise<ReconcileResult | undefined> {
  if (nodeClass.metadata.finalizers?.includes(awsTerminationFinalizer) !== true) return undefined;
  const { name = "" } = nodeClass.metadata;
  const users = deps.nodeClaims.store.list().filter(({ spec }) => spec.nodeClassRef.name === name);
  if (users.length > 0) {
    publishWaiting(deps, nodeClass, users);
    return { requeueAfterMilliseconds: tenMinutes };
  }
  if (!deps.parts.options.isolatedVpc) await deps.profiles.deleteAll(nodeClass, { signal });
  await deps.parts.templates.deleteForClass(name, { signal });
  await removeFinalizer({ client: deps.kube, type: ec2NodeClassType, object: nodeClass }, awsTerminationFinalizer, {
    signal,
  });
  validation.forget(name);
  deps.log.info("deleted what belonged to the node class", { EC2NodeClass: name });
  return undefined;
}

function publishWaiting({ events }: NodeClassDeps, nodeClass: EC2NodeClass, users: readonly NodeClaim[]): void {
  const names = users.map(({ metadata }) => metadata.name ?? "");
  const shown = names.slice(0, 5).join(", ");
  const more = names.length > 5 ? ` and ${names.length - 5} other(s)` : "";
  events.publish({
    object: nodeClass,
    type: "Normal",
    reason: "WaitingOnNodeClaimTermination",
    message: `Waiting on NodeClaim termination for ${shown}${more}`,
  });
}
