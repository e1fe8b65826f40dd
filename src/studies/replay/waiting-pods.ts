import type { Pod } from "../../api/index.ts";
import { objectKey, type Reason } from "../../core/index.ts";

interface Waiting {
  readonly pod: Pod;
  readonly since: number;
  /** When it leaves, whether it runs or not. */
  readonly until: number;
  /** When it runs; undefined while it has no place. */
  startsAt?: number;
  refusal?: { readonly text: string; readonly isRetryable: boolean };
}

/** Layers whose refusal nothing that happens in a replay takes back. */
const lasting: ReadonlySet<Reason["layer"]> = new Set(["pod", "pool", "instance-types", "volumes"]);

/** How long pods wait for their places, and which are planned again when there is room. Moments are milliseconds. */
export class WaitingPods {
  readonly #end: number;
  readonly #pods = new Map<string, Waiting>();
  readonly #aside = new Set<string>();
  #pendingMillis = 0;
  readonly #never = new Map<string, number>();

  constructor(end: number) {
    this.#end = end;
  }

  add(pod: Pod, since: number, leaves: number | undefined): void {
    this.#pods.set(objectKey(pod), { pod, since, until: Math.min(leaves ?? this.#end, this.#end) });
  }

  /** The pod has a place, and runs from then on. */
  start(pod: Pod, at: number): void {
    const waiting = this.#pods.get(objectKey(pod));
    if (waiting !== undefined && waiting.startsAt === undefined) waiting.startsAt = at;
  }

  refuse(pod: Pod, reasons: readonly Reason[]): void {
    const key = objectKey(pod);
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    const isRetryable = reasons.some(({ layer }) => !lasting.has(layer));
    waiting.refusal = { text: reasons.map(({ text }) => shortText(text)).join("; "), isRetryable };
    if (isRetryable) this.#aside.add(key);
  }

  /** Pods that may find a place now; they count as planned for from here on. */
  takeRetryable(): readonly Pod[] {
    const pods = [...this.#aside].flatMap((key) => this.#pods.get(key)?.pod ?? []);
    this.#aside.clear();
    return pods;
  }

  leave(pod: Pod, now: number): void {
    const key = objectKey(pod);
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    this.#pods.delete(key);
    this.#aside.delete(key);
    this.#count(waiting, now);
  }

  /** Milliseconds that all pods have waited, those included that still do. */
  close(): number {
    for (const waiting of this.#pods.values()) this.#count(waiting, waiting.until);
    this.#pods.clear();
    return this.#pendingMillis;
  }

  /** Pods that never ran, and why; most pods first, then by text. */
  refused(): { readonly neverRan: number; readonly reasons: readonly { text: string; pods: number }[] } {
    const reasons = [...this.#never]
      .map(([text, pods]) => ({ text, pods }))
      .toSorted((a, b) => b.pods - a.pods || (a.text < b.text ? -1 : 1));
    return { neverRan: reasons.reduce((sum, { pods }) => sum + pods, 0), reasons };
  }

  #count({ since, startsAt, refusal }: Waiting, until: number): void {
    this.#pendingMillis += Math.max(0, Math.min(startsAt ?? until, until) - since);
    if (startsAt !== undefined && startsAt < until) return;
    const text =
      startsAt === undefined
        ? (refusal?.text ?? "it left before it was planned for")
        : "it left before its machine was ready";
    this.#never.set(text, (this.#never.get(text) ?? 0) + 1);
  }
}

/** Without what differs from pod to pod of one kind. */
const shortText = (text: string): string => text.replace(/, requirements=.*$/, "");
