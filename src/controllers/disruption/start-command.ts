import { labels } from "../../api/index.ts";
import { addressOf, type Candidate, type DisruptionCommand, epochMillisOf } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { DecidedCommand } from "../plumbing/index.ts";
import { markCandidate, namesOf } from "./candidate-marks.ts";
import type { CommandTable, RunningCommand } from "./commands.ts";
import type { DisruptionDeps } from "./deps.ts";
import { commandLabels, decisionOf } from "./method-labels.ts";
import { withCommand } from "./resume.ts";
import { describe } from "./tell-consolidation.ts";

const parallel = 20;
/** Spec: lifecycle 0.2, with the default batch window. */
const nominationMilliseconds = 20_000;

/**
 * Starts a command (spec: lifecycle 3.10): taints, creates replacements, and only then marks for deletion, so that the
 * provisioner never sees pods displaced whose replacement exists already.
 */
export async function startCommand(
  deps: DisruptionDeps,
  table: CommandTable,
  planned: DisruptionCommand,
  signal: AbortSignal,
): Promise<RunningCommand> {
  const held = table.held();
  const busy = planned.candidates.find(({ providerId }) => held.has(providerId));
  if (busy !== undefined) throw new Error(`node ${busy.node.name} is part of a command that runs already`);
  const command = { ...planned, candidates: await markAll(deps, planned, signal) };
  const reason = command.reason.toLowerCase();
  const id = deps.ids.uuid();
  const created = await deps.createReplacements(withCommand(command, id), { reason, signal });
  const running: RunningCommand = {
    id,
    command,
    replacements: created.map(({ metadata }) => metadata.name ?? ""),
    startedAt: deps.clock.monotonic(),
    initialized: new Set(),
    deleted: new Set(),
  };
  table.add(running);
  deps.model.markForDeletion(command.candidates.map(({ providerId }) => providerId));
  nominateDestinations(deps, command);
  report(deps, command);
  return running;
}

/** Nodes that pods are to move to are no candidates until those are there (spec: lifecycle 3.10, step 5). */
function nominateDestinations(deps: DisruptionDeps, { nominations = [] }: DisruptionCommand): void {
  if (nominations.length === 0) return;
  const until = epochMillisOf(deps.clock.now() + nominationMilliseconds);
  deps.model.nominate([...new Set(nominations.map(({ node }) => node))].sort(), until);
  for (const { pod, node } of nominations) {
    deps.events.publish({
      object: pod,
      type: "Normal",
      reason: "Nominated",
      message: `Pod should schedule on: node/${node}`,
      dedupeValues: [pod.metadata.uid ?? ""],
    });
  }
}

/** The candidates that could be marked: all of them where pods need replacements, else those that let themselves. */
async function markAll(
  deps: DisruptionDeps,
  command: DisruptionCommand,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const failures: unknown[] = [];
  const marked = await mapLimit(command.candidates, parallel, async (candidate, context) => {
    try {
      await markCandidate(deps, namesOf(candidate), command.reason, context.signal);
      return [candidate];
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      return [];
    }
  });
  const candidates = marked.flat();
  if (failures.length > 0 && (command.replacements.length > 0 || candidates.length === 0)) {
    throw failures.length === 1 ? failures[0] : new AggregateError(failures, "marking the nodes of a command failed");
  }
  for (const error of failures) deps.log.error("a node is left out of its command, it cannot be tainted", { error });
  return candidates;
}

function report(deps: DisruptionDeps, command: DisruptionCommand): void {
  const own = { decision: decisionOf(command), ...commandLabels(command) };
  deps.log.info("disrupting node(s)", {
    ...own,
    nodes: command.candidates.map(({ node }) => node.name),
    "replacement-count": command.replacements.length,
    "pod-count": command.podsMoved,
    "saving-per-hour": command.savingPerHour,
  });
  deps.instruments.disruptionDecisions.increment(own);
  for (const nodepool of new Set(command.candidates.map(({ pool }) => addressOf(pool.key)))) {
    deps.instruments.disruptionDecisionsByNodePool.increment({ nodepool, ...own });
  }
  recordRemovals(deps, command);
}

function whyRemoved(command: DisruptionCommand): string {
  if (command.reason === "Empty") return "nothing runs on it that would have to move";
  if (command.reason === "Drifted") return "Drifted";
  return `${describe(command)}, which saves ${Number(command.savingPerHour.toFixed(4))} $/h`;
}

/** One decision record for each node of a command. */
export function recordRemovals(deps: DisruptionDeps, command: DisruptionCommand): void {
  for (const candidate of command.candidates) recordRemoval(deps, command, candidate);
}

const recordRemoval = (deps: DisruptionDeps, command: DisruptionCommand, candidate: Candidate): void =>
  deps.decisions.record({
    kind: "remove",
    pods: candidate.pods.map(objectKey),
    machine: candidate.node.labels[labels.instanceType] ?? "",
    zone: candidate.zone ?? "",
    capacityType: candidate.capacityType ?? "",
    pricePerHour: candidate.price,
    nodePool: candidate.pool.key.name,
    nodeClaim: candidate.claim.key.name,
    node: candidate.node.name,
    reason: whyRemoved(command),
    command: commandOf(command),
  });

const commandOf = ({ candidates, replacements, savingPerHour, podsMoved }: DisruptionCommand): DecidedCommand => ({
  nodes: candidates.map(({ node }) => node.name),
  replacements: replacements.map(({ cheapest: { instanceType, zone, capacityType, price } }) => ({
    machine: instanceType,
    zone,
    capacityType,
    pricePerHour: price,
  })),
  savingPerHour,
  podsMoved,
});
