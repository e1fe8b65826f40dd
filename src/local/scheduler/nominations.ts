import type { ObjectKey } from "../../kube/index.ts";
import type { PodFacts } from "./pod-facts.ts";

/** Pods that preempted others and wait for the room on their node, which less important pods must leave to them. */
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
