import { fitsResources, subtractResources } from "../../core/index.ts";
import type { ClusterPicture } from "./cluster-picture.ts";
import { nodeFieldsRefusal } from "./node-refusal.ts";
import type { PodFacts } from "./pod-facts.ts";
import type { QueuedPod } from "./scheduling-queue.ts";

/**
 * What has happened since parked pods were last looked at, gathered so that a burst of events costs one pass. A pod is
 * tried again only for an event that could help it (kube-scheduler's queueing hints).
 */
export class RequeueHints {
  readonly #nodes = new Set<string>();
  #placements = false;
  #volumes = false;

  /** The node appeared, changed, or has more room. */
  nodeChanged(name: string): void {
    this.#nodes.add(name);
  }

  /** Pods were placed, moved or relabelled: topology rules may answer otherwise. */
  placementsChanged(): void {
    this.#placements = true;
  }

  volumesChanged(): void {
    this.#volumes = true;
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0 && !this.#placements && !this.#volumes;
  }

  /** The test for parked pods, with what was gathered so far; starts anew. */
  take(picture: ClusterPicture): (pod: QueuedPod) => boolean {
    const names = [...this.#nodes];
    const { placements, volumes } = { placements: this.#placements, volumes: this.#volumes };
    this.#nodes.clear();
    this.#placements = false;
    this.#volumes = false;
    const byClass = new Map<string, boolean>();
    return ({ facts }) => {
      const known = byClass.get(facts.classKey);
      if (known !== undefined) return known;
      const mayHelp =
        (placements && isTopologyBound(facts)) ||
        (volumes && facts.claims.length > 0) ||
        names.some((name) => isHelpedBy(facts, name, picture));
      byClass.set(facts.classKey, mayHelp);
      return mayHelp;
    };
  }
}

const isTopologyBound = (pod: PodFacts): boolean =>
  pod.spread.length + pod.affinity.length + pod.antiAffinity.length > 0;

function isHelpedBy(pod: PodFacts, nodeName: string, picture: ClusterPicture): boolean {
  const entry = picture.node(nodeName);
  // A node that went away may still free others: it took part in spreads and in promises.
  if (entry === undefined) return isTopologyBound(pod);
  if (nodeFieldsRefusal(pod, entry) !== undefined) return false;
  return (
    fitsResources(pod.requests, subtractResources(entry.allocatable, entry.used)) ||
    picture.hasLowerPriority(pod.priority)
  );
}
