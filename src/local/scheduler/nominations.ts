import type { ObjectKey } from "../../kube/index.ts";
import type { PodFacts } from "./pod-facts.ts";

/**
 * Pods that wait for the room on a node that they were promised, because they preempted others for it or because the
 * autoscaler made the node for them. Pods that are no more important must leave it to them.
 */
export class Nominations {
  readonly #byPod = new Map<ObjectKey, { readonly facts: PodFacts; readonly nodeName: string }>();
  readonly #byNode = new Map<string, Map<ObjectKey, PodFacts>>();

  nodeOf(key: ObjectKey): string | undefined {
    return this.#byPod.get(key)?.nodeName;
  }

  set(facts: PodFacts, nodeName: string): void {
    this.remove(facts.key);
    this.#byPod.set(facts.key, { facts, nodeName });
    const pods = this.#byNode.get(nodeName) ?? new Map<ObjectKey, PodFacts>();
    this.#byNode.set(nodeName, pods.set(facts.key, facts));
  }

  /** What the API says; without a word there, a promise that is not written yet stands. Whether anything changed. */
  follow(facts: PodFacts, said: { readonly before: string; readonly now: string }): boolean {
    if (said.before === "" && said.now === "") return false;
    if (said.now === this.nodeOf(facts.key)) return false;
    if (said.now === "") return this.remove(facts.key);
    this.set(facts, said.now);
    return true;
  }

  /** Whether there was a nomination. */
  remove(key: ObjectKey): boolean {
    const old = this.#byPod.get(key);
    if (old === undefined) return false;
    this.#byPod.delete(key);
    const pods = this.#byNode.get(old.nodeName);
    pods?.delete(key);
    if (pods?.size === 0) this.#byNode.delete(old.nodeName);
    return true;
  }

  /** What `pod` must leave room for on the node: nominated pods at least as important as itself. */
  promised(nodeName: string, pod: PodFacts): readonly PodFacts[] {
    const pods = this.#byNode.get(nodeName);
    if (pods === undefined) return noPods;
    return [...pods.values()].filter((other) => other.key !== pod.key && other.priority >= pod.priority);
  }
}

const noPods: readonly PodFacts[] = Object.freeze([]);
