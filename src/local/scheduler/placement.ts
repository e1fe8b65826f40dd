import type { PodDisruptionBudget } from "../../api/index.ts";
import type { ClusterPicture } from "./cluster-picture.ts";
import { unschedulableMessage } from "./failure-message.ts";
import { computePlacementState } from "./node-refusal.ts";
import type { PlacementState } from "./node-refusal.ts";
import type { Nominations } from "./nominations.ts";
import type { PodFacts } from "./pod-facts.ts";
import { computePreemption } from "./preemption.ts";
import type { Preemption } from "./preemption.ts";
import { selectNode } from "./select-node.ts";
import type { VolumeLookup } from "./volume-rules.ts";

/** What one attempt to place a pod came to. */
export type Placement =
  | { readonly kind: "placed"; readonly nodeName: string; readonly state: PlacementState }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly preemption: Preemption | undefined;
      /** The pod keeps the node that it has been promised. */
      readonly keepsNomination: boolean;
    };

/**
 * Tries pods one after another against the picture. Equal pods get the answer of the first while nothing has changed, so
 * that a thousand replicas that do not fit cost one look.
 */
export class Placer {
  readonly #picture: ClusterPicture;
  readonly #nominations: Nominations;
  readonly #lookup: VolumeLookup;
  readonly #budgets: () => readonly PodDisruptionBudget[];
  readonly #failures = new Map<string, { readonly generation: number; readonly placement: Placement }>();
  #start = 0;

  constructor(dependencies: {
    readonly picture: ClusterPicture;
    readonly nominations: Nominations;
    readonly lookup: VolumeLookup;
    readonly budgets: () => readonly PodDisruptionBudget[];
  }) {
    this.#picture = dependencies.picture;
    this.#nominations = dependencies.nominations;
    this.#lookup = dependencies.lookup;
    this.#budgets = dependencies.budgets;
  }

  place(pod: PodFacts): Placement {
    const isNominated = this.#nominations.nodeOf(pod.key) !== undefined;
    const known = isNominated ? undefined : this.#failures.get(pod.classKey);
    if (known?.generation === this.#picture.generation) return known.placement;
    const state = computePlacementState(pod, this.#picture, {
      lookup: this.#lookup,
      promised: (nodeName) => this.#nominations.promised(nodeName, pod),
    });
    const selection = selectNode(state, this.#picture, this.#start);
    if (selection.kind === "node") {
      this.#start = selection.next;
      return { kind: "placed", nodeName: selection.entry.name, state };
    }
    const placement = this.#failure(state, selection);
    if (!isNominated && placement.preemption === undefined) this.#remember(pod.classKey, placement);
    return placement;
  }

  #failure(
    state: PlacementState,
    selection: Extract<ReturnType<typeof selectNode>, { kind: "none" }>,
  ): Extract<Placement, { kind: "failed" }> {
    const { nodes, refusals } = selection;
    if (nodes === 0) {
      return {
        kind: "failed",
        message: unschedulableMessage(0, refusals, undefined),
        preemption: undefined,
        keepsNomination: false,
      };
    }
    if (this.#victimsStillLeave(state.pod)) {
      const text = "not eligible due to a terminating pod on the nominated node.";
      return {
        kind: "failed",
        message: unschedulableMessage(nodes, refusals, text),
        preemption: undefined,
        keepsNomination: true,
      };
    }
    const answer = computePreemption(state, this.#picture, { refusals, budgets: this.#budgets() });
    const preemption = answer.kind === "preempt" ? answer.preemption : undefined;
    const text = answer.kind === "no" ? answer.text : undefined;
    return { kind: "failed", message: unschedulableMessage(nodes, refusals, text), preemption, keepsNomination: false };
  }

  /** Whether pods that were preempted for this one are still on their way out. */
  #victimsStillLeave(pod: PodFacts): boolean {
    const nodeName = this.#nominations.nodeOf(pod.key);
    const entry = nodeName === undefined ? undefined : this.#picture.node(nodeName);
    if (entry === undefined) return false;
    for (const other of entry.pods.values()) if (other.isTerminating && other.priority < pod.priority) return true;
    return false;
  }

  #remember(classKey: string, placement: Placement): void {
    const { generation } = this.#picture;
    for (const [key, old] of this.#failures) if (old.generation !== generation) this.#failures.delete(key);
    this.#failures.set(classKey, { generation, placement });
  }
}
