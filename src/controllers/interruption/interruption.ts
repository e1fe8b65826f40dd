import { type NodeClaim, type NodePool, nodeClaimType } from "../../api/index.ts";
import { claimViewOf, isReschedulable } from "../../core/index.ts";
import { type EventRecorder, type KubeClient, objectKey } from "../../kube/index.ts";
import { type Clock, type Logger, mapLimit } from "../../platform/index.ts";
import type { CloudProvider, InterruptionMessage, InterruptionSource } from "../../provider/index.ts";
import {
  type Caches,
  countDisrupted,
  type DecisionSink,
  deleteObject,
  indexes,
  type Instruments,
  isManagedClaim,
  oneWorker,
  poolNameOf,
  type Reconciler,
  requeueAfter,
  requeueNow,
  singletonKey,
} from "../plumbing/index.ts";
import { markForRebalance, tightenDeadline } from "./marks.ts";
import { type Notice, notices } from "./notices.ts";

export interface InterruptionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
  readonly decisions: DecisionSink;
}

const parallel = 10;

/**
 * Answers what a cloud announces about machines (spec: lifecycle 5.3): their claims are deleted, so that replacements are
 * planned at once while the pods still run. A message that could not be answered is left, and comes again.
 */
export function createInterruption(deps: InterruptionDeps, source: InterruptionSource): Reconciler {
  return {
    name: source.name,
    workers: oneWorker,
    reconcile: async (_key, signal) => {
      const messages = await source.receive({ signal });
      await mapLimit(messages, parallel, (message, context) => handle(deps, source, message, context.signal), {
        signal,
      });
      return source.pauseMilliseconds === 0 ? requeueNow : requeueAfter(source.pauseMilliseconds);
    },
    watch: (queue) => queue.enqueue(singletonKey),
  };
}

/** One message that cannot be answered holds up no other. */
async function handle(
  deps: InterruptionDeps,
  source: InterruptionSource,
  message: InterruptionMessage,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const id of message.instanceIds) {
      for (const claim of claimsOf(deps, id)) await answer(deps, source, { message, claim, signal });
    }
    await source.settle(message, { signal });
  } catch (error) {
    signal.throwIfAborted();
    deps.log.error("failed handling an interruption message", { kind: message.kind, ids: message.instanceIds, error });
  }
}

const claimsOf = (deps: InterruptionDeps, id: string): readonly NodeClaim[] =>
  deps.caches.nodeClaims.store.byIndex(indexes.instanceId, id).filter((claim) => isManagedClaim(deps.provider, claim));

interface Met {
  readonly message: InterruptionMessage;
  readonly claim: NodeClaim;
  readonly signal: AbortSignal;
}

async function answer(deps: InterruptionDeps, source: InterruptionSource, met: Met): Promise<void> {
  const notice = notices[met.message.kind];
  tell(deps, met.claim, notice.event);
  source.noteAffected(met.message, claimViewOf(met.claim));
  if (notice.answer.kind === "advice") return heedAdvice(deps, met);
  // Also of a claim that is going already: its drain must end before the machine does.
  const deadline = deadlineOf(deps, notice, met.message);
  const claim = deadline === undefined ? met.claim : await tightenDeadline(deps, { ...met, deadline });
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
  if (!(await deleteObject(deps.kube, nodeClaimType, claim, met.signal))) return;
  report(deps, claim, met.message);
}

/** Advice alone does nothing, unless the pool asks for replacements (spec: lifecycle 8.23, O21). */
async function heedAdvice(deps: InterruptionDeps, { claim, message, signal }: Met): Promise<void> {
  const pool: NodePool | undefined = deps.caches.nodePools.store.get(poolNameOf(claim));
  if (pool !== undefined) await markForRebalance(deps, { claim, pool, message, signal });
}

function deadlineOf(deps: InterruptionDeps, { answer }: Notice, message: InterruptionMessage): number | undefined {
  if (answer.kind === "now") return deps.clock.now();
  return answer.kind === "within" ? message.time + answer.milliseconds : undefined;
}

function report(deps: InterruptionDeps, claim: NodeClaim, { kind }: InterruptionMessage): void {
  deps.log.info("initiating delete from interruption message", { NodeClaim: claim.metadata.name, kind });
  const reason = "TerminatingOnInterruption";
  tell(deps, claim, { type: "Warning", reason, message: `Interruption triggered termination: ${kind}` });
  const nodeName = claim.status?.nodeName ?? "";
  const pods = nodeName === "" ? [] : deps.caches.pods.store.byIndex(indexes.nodeName, nodeName);
  const moving = pods.filter(isReschedulable);
  deps.decisions.record({
    kind: "interrupted",
    pods: moving.map(objectKey),
    nodeClaim: claim.metadata.name ?? "",
    nodePool: poolNameOf(claim),
    node: nodeName,
    reason: `the cloud takes it back: ${kind}`,
  });
  countDisrupted(deps.instruments, { claim, reason: kind, pods: moving.length });
}

/** To the claim, and to its Node when there is one; of several the first. */
function tell(deps: InterruptionDeps, claim: NodeClaim, event: Notice["event"]): void {
  const [node] = deps.caches.nodes.store.byIndex(indexes.providerId, claim.status?.providerID ?? "");
  for (const object of node === undefined ? [claim] : [claim, node]) {
    deps.events.publish({ object, ...event, dedupeValues: [object.metadata.uid ?? ""] });
  }
}
