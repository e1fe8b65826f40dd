/** Events about consolidations that are being weighed (spec: lifecycle 3.6, 3.8, 6.4). */
import type { KubeObject } from "../../api/index.ts";
import { balancedFactor, type DisruptionCommand, type PoolScore } from "../../core/index.ts";
import type { DisruptionDeps } from "./deps.ts";

const isConsolidation = ({ reason }: DisruptionCommand): boolean => reason === "Underutilized";

/** Counts what was scored (spec: lifecycle 3.13): scores themselves for Balanced pools alone. */
export function countScores({ instruments }: DisruptionDeps, scores: readonly PoolScore[]): void {
  for (const { pool, approved, balanced, score } of scores) {
    const policy = pool.pool.spec.disruption?.consolidationPolicy ?? "WhenEmptyOrUnderutilized";
    const labels = { decision: approved ? "approved" : "rejected", nodepool: pool.key.name, policy };
    instruments.consolidationMoves.increment(labels);
    if (balanced) instruments.consolidationScore.observe(score, labels);
  }
}

/** A Balanced pool let the move pass (spec: lifecycle 6.4): on the node and its claim for one, on the pool for several. */
export function tellApproved(deps: DisruptionDeps, command: DisruptionCommand): void {
  const reason = "ConsolidationApproved";
  for (const score of (command.scores ?? []).filter(({ balanced, approved }) => balanced && approved)) {
    const message = approvalText(score);
    if (command.candidates.length === 1) publish(deps, command, { reason, message });
    else {
      const object = score.pool.pool;
      deps.events.publish({ object, type: "Normal", reason, message, dedupeValues: [object.metadata.uid ?? ""] });
    }
  }
}

function approvalText({ score, savingFraction, disruptionFraction }: PoolScore): string {
  const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
  const reached = `score ${score.toFixed(2)} >= threshold ${(1 / balancedFactor).toFixed(2)} (k=${balancedFactor})`;
  return `${reached}: saves ${percent(savingFraction)} of the pool's cost for ${percent(disruptionFraction)} of its disruption`;
}

/** A replacement was found; told before it is looked at a second time. Removals are not told (spec: lifecycle 3.6). */
export function tellFound(deps: DisruptionDeps, command: DisruptionCommand): void {
  if (!isConsolidation(command) || command.replacements.length === 0) return;
  const message = `${describe(command)}, saving ${dollars(command.savingPerHour)} an hour`;
  publish(deps, command, { reason: "ConsolidationCandidate", message });
}

/** The second look refused it. */
export function tellRejected(
  deps: DisruptionDeps,
  command: DisruptionCommand,
  failure: { readonly kind: string; readonly message: string },
): void {
  if (!isConsolidation(command)) return;
  publish(deps, command, { reason: "ConsolidationRejected", message: `${failure.kind}: ${failure.message}` });
}

function publish(
  deps: DisruptionDeps,
  command: DisruptionCommand,
  event: { readonly reason: string; readonly message: string },
): void {
  for (const { node, claim } of command.candidates) {
    for (const object of [node.node, claim.claim] as readonly (KubeObject | undefined)[]) {
      if (object === undefined) continue;
      deps.events.publish({ object, type: "Normal", ...event, dedupeValues: [object.metadata.uid ?? ""] });
    }
  }
}

/** In words, with what goes and what comes. */
export function describe({ candidates, replacements }: DisruptionCommand): string {
  const out = candidates.map(({ node }) => node.name).join(", ");
  const made = replacements
    .map(({ cheapest }) => `${cheapest.instanceType} (${cheapest.capacityType}, ${cheapest.zone})`)
    .join(", ");
  if (replacements.length === 0) return `remove ${out}, whose pods fit on other nodes`;
  return `replace ${out} by ${made}`;
}

const dollars = (price: number): string => `$${Number(price.toFixed(4))}`;
