/** What consolidation would make of a plan, pass after pass, until it finds nothing more (product 4, `--consolidate`). */
import { labels, type PodDisruptionBudget } from "../../api/index.ts";
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterState,
  type ClusterSnapshot,
  type DisruptionCommand,
  type DisruptionLimitsFailure,
  type EpochMillis,
  epochMillisOf,
  freezeSnapshot,
  isReschedulable,
  keyText,
  matchesSelector,
  nodePrice,
  objectKey,
  ok,
  planDisruption,
  type ProvisioningOptions,
  repacking,
  type Result,
  type StateNode,
  vacancy,
} from "../../core/index.ts";
import { hoursPerMonth } from "../money.ts";
import { commandReport } from "./command-report.ts";
import type { ConsolidationReport, SimulateReport } from "./report.ts";
import { rounded, type Simulation } from "./simulate.ts";
import { standingEvents, withoutVersion } from "./standing-machines.ts";

/** Passes after which it is told that there would be more. */
const mostPasses = 200;

/** Passes are minutes apart, so that budgets and quiet times do not carry over. */
const passMillis = 600_000;

/** A cluster at a moment: the state, and the snapshot that a simulation was made from. */
export interface StudiedCluster {
  readonly state: ClusterState;
  readonly snapshot: ClusterSnapshot;
  readonly now: EpochMillis;
}

/**
 * The report with what follows: commands in order, and what the cluster costs before and after them. Fails when a
 * PodDisruptionBudget cannot be read.
 */
export function consolidate(
  input: StudiedCluster,
  simulation: Simulation,
  options: ProvisioningOptions,
): Result<SimulateReport, DisruptionLimitsFailure> {
  let state = applyClusterEvents(input.state, [
    ...standingEvents(input.snapshot, simulation.plan, (index) => `new-${index + 1}`),
    ...quietEvents(input.snapshot.nodes),
  ]);
  const before = costOf(state);
  const commands: DisruptionCommand[] = [];
  let made = 0;
  for (let pass = 1; pass <= mostPasses; pass++) {
    const now = epochMillisOf(input.now + pass * passMillis);
    state = applyClusterEvents(state, budgetEvents(state));
    const snapshot = freezeSnapshot(state, now);
    const planned = planDisruption(snapshot, {
      now,
      methods: [vacancy, repacking],
      settings: { provisioning: options },
    });
    if (!planned.ok) return planned;
    if (planned.value.commands.length === 0) break;
    for (const command of planned.value.commands) {
      commands.push(command);
      state = applyClusterEvents(state, carriedOut(snapshot, command, made));
      made += command.replacements.length;
    }
  }
  return ok({ ...simulation.report, consolidation: reportOf(commands, before, costOf(state)) });

  function carriedOut(snapshot: ClusterSnapshot, command: DisruptionCommand, first: number): readonly ClusterEvent[] {
    const { candidates, replacements, nominations = [] } = command;
    return [
      ...standingEvents(snapshot, { claims: replacements, nominations }, (index) => `replacement-${first + index + 1}`),
      ...candidates.flatMap(({ node, claim }): readonly ClusterEvent[] => [
        { type: "claim-deleted", key: claim.key },
        { type: "delete", kind: "Node", key: node.name },
        ...node.pods
          .filter((pod) => !isReschedulable(pod))
          .map((pod): ClusterEvent => ({ type: "delete", kind: "Pod", key: objectKey(pod) })),
      ]),
    ];
  }
}

/** Offline nothing has changed for a while: nodes of the input are as quiet as their pools ask for. */
function quietEvents(nodes: readonly StateNode[]): readonly ClusterEvent[] {
  return nodes.flatMap(({ claim }): readonly ClusterEvent[] => {
    if (claim === undefined) return [];
    const others = (claim.claim.status?.conditions ?? []).filter(({ type }) => type !== "Consolidatable");
    const conditions = [...others, { type: "Consolidatable", status: "True" as const }];
    const { metadata, status } = claim.claim;
    const quiet = { ...claim.claim, metadata: withoutVersion(metadata), status: { ...status, conditions } };
    return [{ type: "claim", view: { ...claim, claim: quiet } }];
  });
}

/** Budgets as their controller would count them: every bound pod is healthy between two passes. */
export function budgetEvents(state: ClusterState): readonly ClusterEvent[] {
  const bound = state.pods.list().filter(({ bound: place }) => place !== undefined);
  return state.podDisruptionBudgets.list().map((budget): ClusterEvent => {
    const covered = bound.filter(({ pod }) => covers(budget, pod));
    const expected = covered.length;
    const { minAvailable, maxUnavailable } = budget.spec;
    const desired =
      maxUnavailable === undefined
        ? Math.min(expected, amountOf(minAvailable ?? 1, expected))
        : Math.max(0, expected - amountOf(maxUnavailable, expected));
    const status = {
      disruptionsAllowed: Math.max(0, expected - desired),
      currentHealthy: expected,
      desiredHealthy: desired,
      expectedPods: expected,
    };
    const object = { ...budget, metadata: withoutVersion(budget.metadata), status };
    return { type: "upsert", kind: "PodDisruptionBudget", object };
  });
}

export function covers({ metadata, spec }: PodDisruptionBudget, pod: StateNode["pods"][number]): boolean {
  if ((metadata.namespace ?? "default") !== (pod.metadata.namespace ?? "default")) return false;
  return spec.selector !== undefined && matchesSelector(spec.selector, pod.metadata.labels);
}

const amountOf = (value: number | string, of: number): number =>
  typeof value === "number" ? value : Math.ceil((Number.parseFloat(value) / 100) * of);

function costOf(state: ClusterState): { readonly nodes: number; readonly pricePerHour: number } {
  const nodes = state.stateNodes.list().filter(({ claim }) => claim !== undefined);
  const prices = nodes.map((node) => {
    const types = node.poolKey === undefined ? [] : (state.instanceTypes.get(keyText(node.poolKey)) ?? []);
    return nodePrice(
      node,
      types.find(({ name }) => name === node.labels[labels.instanceType]),
    );
  });
  return { nodes: nodes.length, pricePerHour: rounded(prices.reduce((sum, price) => sum + price, 0)) };
}

function reportOf(
  commands: readonly DisruptionCommand[],
  before: ReturnType<typeof costOf>,
  after: ReturnType<typeof costOf>,
): ConsolidationReport {
  return {
    before,
    after,
    savingPerMonth: Number(((before.pricePerHour - after.pricePerHour) * hoursPerMonth).toFixed(2)),
    evictions: commands.reduce((sum, { podsMoved }) => sum + podsMoved, 0),
    commands: commands.map(commandReport),
  };
}
