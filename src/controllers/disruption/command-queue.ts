import { conditionTypes, isConditionTrue, type KubeObject, type NodeClaim, nodeClaimType } from "../../api/index.ts";
import type { Candidate } from "../../core/index.ts";
import { type Controller, isKubeFault } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import { countDisrupted, type Reconciler, requeueAfter } from "../plumbing/index.ts";
import type { BackOff } from "./back-off.ts";
import { namesOf, unmarkCandidate } from "./candidate-marks.ts";
import type { CommandTable, RunningCommand } from "./commands.ts";
import type { DisruptionDeps } from "./deps.ts";
import type { MovesMade } from "./moves-made.ts";
import { commandLabels, decisionOf } from "./method-labels.ts";
import { withRetries } from "./retry.ts";

const againMilliseconds = 1_000;
const parallel = 20;

/** Longest life of a command: 80 ms for each candidate in flight, within 10 minutes and an hour (spec: lifecycle 3.10). */
export const commandTimeoutMilliseconds = (tracked: number): number =>
  Math.min(60 * 60_000, Math.max(10 * 60_000, 80 * tracked));

export interface CommandQueue {
  readonly reconciler: Reconciler;
  /** Looks at a command that was started. */
  follow(command: RunningCommand): void;
}

/** Sees commands through: waits for replacements, then deletes the candidates, or takes everything back. */
export function createCommandQueue(
  deps: DisruptionDeps,
  table: CommandTable,
  { backOff, moves }: { readonly backOff: BackOff; readonly moves: MovesMade },
): CommandQueue {
  let queue: Controller | undefined;
  return {
    follow: ({ id }) => queue?.enqueue(id),
    reconciler: {
      name: "disruption.queue",
      workers: { min: 100, max: 1000 },
      retry: { baseMilliseconds: 1_000, maxMilliseconds: 10_000, minPerSecond: 100 },
      reconcile: async (id, signal) => {
        const running = table.get(id);
        if (running === undefined) return undefined;
        const progress = await advance(deps, running, signal);
        if (progress === "done") {
          table.drop(id);
          moves.gone(running.command.candidates, deps.clock.now());
          deps.log.info("command succeeded", { "command-id": id });
          return undefined;
        }
        const age = deps.clock.monotonic() - running.startedAt;
        const overdue = age > commandTimeoutMilliseconds(table.held().size);
        if (progress === "waiting" && !overdue) return requeueAfter(againMilliseconds);
        backOff.failed(running.command.candidates.map(({ providerId }) => providerId));
        await rollBack(deps, table, running, signal);
        const { candidates } = running.command;
        moves.gone(
          candidates.filter(({ providerId }) => running.deleted.has(providerId)),
          deps.clock.now(),
        );
        return undefined;
      },
      watch: (controller) => {
        queue = controller;
      },
    },
  };
}

/** `lost`: a replacement is gone for good, from the API and from the picture. */
type Progress = "done" | "waiting" | "lost";

async function advance(deps: DisruptionDeps, running: RunningCommand, signal: AbortSignal): Promise<Progress> {
  for (const name of running.replacements) {
    if (running.initialized.has(name)) continue;
    const state = await lookAt(deps, running, name, signal);
    if (state !== "ready") return state;
    running.initialized.add(name);
  }
  try {
    await mapLimit(
      running.command.candidates,
      parallel,
      (candidate, context) => deleteCandidate(deps, running, candidate, context.signal),
      { signal },
    );
    return "done";
  } catch (error) {
    signal.throwIfAborted();
    deps.log.error("deleting the nodes of a command failed, trying again", { "command-id": running.id, error });
    return "waiting";
  }
}

async function lookAt(
  deps: DisruptionDeps,
  { command }: RunningCommand,
  name: string,
  signal: AbortSignal,
): Promise<"ready" | "waiting" | "lost"> {
  let claim: NodeClaim;
  try {
    claim = await deps.kube.get(nodeClaimType, { name }, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isKubeFault(error, "NotFound") && !deps.model.knowsClaim(name)) return "lost";
    return "waiting";
  }
  const { uid = "" } = claim.metadata;
  const { reason } = command;
  const publish = (event: string, message: string, dedupeValues: readonly string[]): void =>
    deps.events.publish({ object: claim, type: "Normal", reason: event, message, dedupeValues });
  publish("DisruptionLaunching", `Launching NodeClaim: ${reason}`, [uid, reason]);
  if (isConditionTrue(claim, conditionTypes.initialized)) return "ready";
  publish("DisruptionWaitingReadiness", "Waiting on readiness to continue disruption", [uid]);
  return "waiting";
}

/** Counts and tells of each candidate once, however often the command has to try. */
async function deleteCandidate(
  deps: DisruptionDeps,
  running: RunningCommand,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<void> {
  if (running.deleted.has(candidate.providerId)) return;
  const { claim } = candidate.claim;
  const outcome = await withRetries(deps, signal, () => deletedOrReplaced(deps, claim, signal));
  if (outcome === "replaced") await giveBack(deps, candidate, signal);
  running.deleted.add(candidate.providerId);
  if (outcome !== "deleted") return;
  const { reason } = running.command;
  for (const object of [candidate.node.node, claim] as readonly (KubeObject | undefined)[]) {
    if (object === undefined) continue;
    deps.events.publish({
      object,
      type: "Normal",
      reason: "DisruptionTerminating",
      message: `Disrupting ${object.kind}: ${reason}`,
      dedupeValues: [object.metadata.uid ?? "", reason],
    });
  }
  const policy = candidate.pool.pool.spec.disruption?.consolidationPolicy ?? "WhenEmptyOrUnderutilized";
  countDisrupted(deps.instruments, {
    claim,
    reason: commandLabels(running.command).reason,
    ...(reason === "Drifted" ? {} : { consolidationPolicy: policy }),
    pods: candidate.pods.length,
  });
}

/**
 * `replaced`: another claim has the name by now, as after a restore from a backup. Repeating would be refused until the
 * command is abandoned, and keep the node tainted all the while.
 */
async function deletedOrReplaced(
  { kube }: DisruptionDeps,
  { metadata: { name = "", uid } }: NodeClaim,
  signal: AbortSignal,
): Promise<"deleted" | "replaced"> {
  try {
    await kube.delete(nodeClaimType, { name }, { signal, ...(uid === undefined ? {} : { uid }) });
    return "deleted";
  } catch (error) {
    if (!isKubeFault(error, "Conflict")) throw error;
    const { metadata } = await kube.get(nodeClaimType, { name }, { signal });
    if (metadata.uid === uid) throw error;
    return "replaced";
  }
}

/** The command does not mean this node any more: it is as free as before. */
async function giveBack(deps: DisruptionDeps, candidate: Candidate, signal: AbortSignal): Promise<void> {
  const { name } = candidate.claim.key;
  await unmarkCandidate(deps, namesOf(candidate), signal);
  deps.model.unmarkForDeletion([candidate.providerId]);
  deps.log.info("another claim has the name of one that was to go, its node is left alone", { NodeClaim: name });
}

/** Candidates are free again at once; replacements that exist stay as capacity. */
async function rollBack(
  deps: DisruptionDeps,
  table: CommandTable,
  running: RunningCommand,
  signal: AbortSignal,
): Promise<void> {
  const { command, id } = running;
  const left = command.candidates.filter(({ providerId }) => !running.deleted.has(providerId));
  await mapLimit(
    left,
    parallel,
    async (candidate, context) => {
      try {
        await unmarkCandidate(deps, namesOf(candidate), context.signal);
      } catch (error) {
        signal.throwIfAborted();
        deps.log.error("taking the taint of an abandoned command back failed", { Node: candidate.node.name, error });
      }
    },
    { signal },
  );
  deps.model.unmarkForDeletion(left.map(({ providerId }) => providerId));
  table.drop(id);
  deps.log.error("abandoned command", { "command-id": id, nodes: left.map(({ node }) => node.name) });
  deps.instruments.disruptionQueueFailures.increment(
    { decision: decisionOf(running), ...commandLabels(command) },
    running.replacements.length - running.initialized.size,
  );
}
