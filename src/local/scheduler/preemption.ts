import type { PodDisruptionBudget } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import { preemptionMessage } from "./failure-message.ts";
import { computePlacementState, nodeRefusal } from "./node-refusal.ts";
import type { PlacementState, Refusal } from "./node-refusal.ts";
import type { PodFacts } from "./pod-facts.ts";

/** Pods to remove so that a node takes the pod. */
export interface Preemption {
  readonly nodeName: string;
  /** Most important first. */
  readonly victims: readonly PodFacts[];
  /** Victims whose disruption budget does not allow it. */
  readonly violations: number;
}

export type PreemptionAnswer =
  | { readonly kind: "preempt"; readonly preemption: Preemption }
  | { readonly kind: "no"; readonly text: string };

/** Nodes looked at closely for one pod; the rest of a large cluster is left for the next attempt. */
const mostCandidates = 100;

const byImportance = (left: PodFacts, right: PodFacts): number =>
  right.priority - left.priority || left.startedAt - right.startedAt || (left.key < right.key ? -1 : 1);

/** Finds the node where the least important pods would have to go (kube-scheduler's DefaultPreemption). */
export function computePreemption(
  state: PlacementState,
  picture: ClusterPicture,
  given: { readonly refusals: ReadonlyMap<string, Refusal>; readonly budgets: readonly PodDisruptionBudget[] },
): PreemptionAnswer {
  const { pod } = state;
  const nodes = picture.nodes();
  if (pod.pod.spec.preemptionPolicy === "Never")
    return { kind: "no", text: "not eligible due to preemptionPolicy=Never." };
  const notHelpful = "Preemption is not helpful for scheduling";
  const noVictims = "No preemption victims found for incoming pod";
  const canHelp = picture.hasLowerPriority(pod.priority);
  const reasons: string[] = [];
  const found: Preemption[] = [];
  for (const entry of nodes) {
    if (given.refusals.get(entry.name)?.isFinal === true) reasons.push(notHelpful);
    else if (!canHelp || found.length >= mostCandidates) reasons.push(noVictims);
    else {
      const preemption = victimsOn(state, picture, { entry, budgets: given.budgets });
      if (preemption === undefined) reasons.push(noVictims);
      else found.push(preemption);
    }
  }
  const best = found.sort(compare)[0];
  return best === undefined
    ? { kind: "no", text: preemptionMessage(nodes.length, reasons) }
    : { kind: "preempt", preemption: best };
}

/** Fewest budget violations, then lowest top priority, lowest sum, fewest victims, latest start of the top one, name. */
function compare(left: Preemption, right: Preemption): number {
  const top = ({ victims }: Preemption): number => victims[0]?.priority ?? 0;
  const sum = ({ victims }: Preemption): number => victims.reduce((total, { priority }) => total + priority, 0);
  return (
    left.violations - right.violations ||
    top(left) - top(right) ||
    sum(left) - sum(right) ||
    left.victims.length - right.victims.length ||
    (right.victims[0]?.startedAt ?? 0) - (left.victims[0]?.startedAt ?? 0) ||
    (left.nodeName < right.nodeName ? -1 : 1)
  );
}

/** Removes all pods of lower priority, then spares as many as still fit, those behind budgets first. */
function victimsOn(
  state: PlacementState,
  picture: ClusterPicture,
  given: { readonly entry: NodeEntry; readonly budgets: readonly PodDisruptionBudget[] },
): Preemption | undefined {
  const { pod, lookup, promised } = state;
  const { entry, budgets } = given;
  const lower = [...entry.pods.values()].filter((other) => other.priority < pod.priority).sort(byImportance);
  if (lower.length === 0) return undefined;
  const fits = (): boolean => {
    const current = picture.node(entry.name);
    if (current === undefined) return false;
    return nodeRefusal(computePlacementState(pod, picture, { lookup, promised }), current) === undefined;
  };
  return picture.without(lower, entry.name, (putBack) => {
    if (!fits()) return undefined;
    const guarded = violating(lower, budgets);
    const victims: PodFacts[] = [];
    let violations = 0;
    for (const other of [...lower.filter((one) => guarded.has(one)), ...lower.filter((one) => !guarded.has(one))]) {
      const takeAway = putBack(other);
      if (fits()) continue;
      takeAway();
      victims.push(other);
      if (guarded.has(other)) violations += 1;
    }
    return { nodeName: entry.name, victims: victims.sort(byImportance), violations };
  });
}

/** Pods whose removal, after those before them, would be more than a budget allows. */
function violating(pods: readonly PodFacts[], budgets: readonly PodDisruptionBudget[]): ReadonlySet<PodFacts> {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const guarded = new Set<PodFacts>();
  for (const pod of pods) {
    for (const budget of budgets) {
      if (budget.metadata.namespace !== pod.namespace || !matchesSelector(budget.spec.selector, pod.labels)) continue;
      const allowed = (left.get(budget) ?? 0) - 1;
      left.set(budget, allowed);
      if (allowed < 0) guarded.add(pod);
    }
  }
  return guarded;
}
