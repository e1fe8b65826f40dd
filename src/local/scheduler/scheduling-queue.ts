import type { ObjectKey } from "../../kube/index.ts";
import type { PodFacts } from "./pod-facts.ts";

/** First back-off of a pod that failed, and the most it grows to by doubling (kube-scheduler's defaults). */
export interface BackoffLimits {
  readonly firstMilliseconds: number;
  readonly mostMilliseconds: number;
}

export interface QueuedPod {
  readonly facts: PodFacts;
  /** Failed attempts so far. */
  readonly attempts: number;
  /** When it entered the queue for the first time; earlier ones go first among equals. */
  readonly since: number;
  readonly order: number;
}

interface Parked extends QueuedPod {
  readonly notBefore: number;
}

/** CPU weighed against memory at a common machine's 4 GiB a core. */
const size = ({ facts: { requests } }: QueuedPod): number =>
  (requests.cpu ?? 0) / 1000 + (requests.memory ?? 0) / (4 * 1024 ** 3);

/**
 * Higher priority first, then larger, then older. kube-scheduler's own queue does not look at sizes (a queue sort plug-in
 * may): with it, small pods that come first would split the room that the autoscaler has made for large ones, and a
 * second wave of machines would follow.
 */
const first = (left: QueuedPod, right: QueuedPod): number =>
  right.facts.priority - left.facts.priority ||
  size(right) - size(left) ||
  left.since - right.since ||
  left.order - right.order;

/**
 * Pods that wait for a node: `active` to be tried now, by priority, size and age; parked ones that nothing has changed
 * for. A parked pod that something may have helped becomes active when its back-off is over. Times are monotonic
 * milliseconds given by the caller.
 */
export class SchedulingQueue {
  readonly #limits: BackoffLimits;
  readonly #active = new Map<ObjectKey, QueuedPod>();
  readonly #backing = new Map<ObjectKey, Parked>();
  readonly #parked = new Map<ObjectKey, Parked>();
  #order = 0;

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#active.size + this.#backing.size + this.#parked.size;
  }

  get parked(): Iterable<QueuedPod> {
    return this.#parked.values();
  }

  /** A new pod, or new facts of one that waits; an update that may help makes a parked pod active again. */
  add(facts: PodFacts, now: number): void {
    const waiting = this.#active.get(facts.key) ?? this.#backing.get(facts.key) ?? this.#parked.get(facts.key);
    const isSame = waiting?.facts.uid === facts.uid;
    if (waiting !== undefined && isSame && waiting.facts.classKey === facts.classKey) {
      this.#refresh(facts);
      return;
    }
    this.remove(facts.key);
    const since = isSame ? waiting.since : now;
    this.#active.set(facts.key, { facts, attempts: isSame ? waiting.attempts : 0, since, order: this.#nextOrder() });
  }

  remove(key: ObjectKey): void {
    this.#active.delete(key);
    this.#backing.delete(key);
    this.#parked.delete(key);
  }

  /** Takes all active pods, first ones first. */
  takeActive(): readonly QueuedPod[] {
    const taken = [...this.#active.values()].sort(first);
    this.#active.clear();
    return taken;
  }

  /** Puts a pod back untried. */
  putBack(pod: QueuedPod): void {
    this.#active.set(pod.facts.key, pod);
  }

  /** Parks a pod that failed; `mayRetry` lets it come back after its back-off without anything having changed. */
  park(pod: QueuedPod, now: number, mayRetry: boolean): void {
    const { firstMilliseconds, mostMilliseconds } = this.#limits;
    const wait = Math.min(firstMilliseconds * 2 ** Math.min(pod.attempts, 20), mostMilliseconds);
    const parked: Parked = { ...pod, attempts: pod.attempts + 1, notBefore: now + wait };
    (mayRetry ? this.#backing : this.#parked).set(pod.facts.key, parked);
  }

  /** Lets parked pods that `mayHelp` names be tried again, at once or after their back-off. */
  release(mayHelp: (pod: QueuedPod) => boolean): void {
    for (const [key, pod] of this.#parked) {
      if (!mayHelp(pod)) continue;
      this.#parked.delete(key);
      this.#backing.set(key, pod);
    }
  }

  /** Makes those active whose back-off is over; gives back when the next is due, if any. */
  wake(now: number): number | undefined {
    let due: number | undefined;
    for (const [key, pod] of this.#backing) {
      if (pod.notBefore <= now) {
        this.#backing.delete(key);
        this.#active.set(key, pod);
      } else if (due === undefined || pod.notBefore < due) {
        due = pod.notBefore;
      }
    }
    return due;
  }

  get hasActive(): boolean {
    return this.#active.size > 0;
  }

  #refresh(facts: PodFacts): void {
    for (const place of [this.#active, this.#backing, this.#parked] as readonly Map<ObjectKey, QueuedPod>[]) {
      const pod = place.get(facts.key);
      if (pod !== undefined) place.set(facts.key, { ...pod, facts });
    }
  }

  #nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }
}
