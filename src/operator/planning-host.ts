import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ClusterModel, Planner } from "../controllers/index.ts";
import {
  type ClusterEvent,
  type ClusterSnapshot,
  epochMillisOf,
  type InstanceType,
  isVirtualPod,
  type KeyText,
  type ProvisioningOptions,
} from "../core/index.ts";
import { type FromThread, type PlanPiece, planOfPieces, type SentOptions, type ToThread } from "./planning-messages.ts";

/** A planner on a thread of its own. */
export interface PlanningThread extends Planner {
  stop(): Promise<void>;
}

/** More events than this are not kept back until the next plan. */
const mostHeldBack = 256;

/**
 * Starts the thread and keeps its picture equal to the model's: create it before the first event. A plan costs this thread
 * the naming of what happened since the last one and the reading of the answer in pieces; solving is elsewhere.
 */
export function createPlanningThread(model: Pick<ClusterModel, "observe" | "snapshot">): PlanningThread {
  const worker = new Worker(entryOfThread());
  // Idle, it must neither keep the process alive nor end it; a plan that is asked of a dead thread says why it died.
  worker.unref();
  let death: Error | undefined;
  worker.on("error", (error) => {
    death = error instanceof Error ? error : new Error(String(error));
  });
  const mailbox = createMailbox(worker);
  const stopObserving = model.observe((event) => mailbox.note(event));
  let plans = 0;
  return {
    async plan(snapshot, options, { signal }) {
      signal.throwIfAborted();
      if (death !== undefined) throw new Error("the planning thread has died", { cause: death });
      mailbox.bring(snapshot);
      const id = ++plans;
      const cancel = (): void => mailbox.send({ type: "cancel", id });
      signal.addEventListener("abort", cancel, { once: true });
      try {
        const takenAt = snapshot.takenAt ?? epochMillisOf(0);
        const virtual = snapshot.pendingPods.filter(isVirtualPod);
        mailbox.send({ type: "plan", id, takenAt, options: sentOptions(options), virtual });
        return planOfPieces(await collect(worker, mailbox, { id, signal }), snapshot, () => model.snapshot());
      } finally {
        signal.removeEventListener("abort", cancel);
      }
    },
    async stop() {
      stopObserving();
      await worker.terminate();
    },
  };
}

/** Sources run as they are written; a build has compiled them. */
const entryOfThread = (): URL =>
  new URL(import.meta.url.endsWith(".ts") ? "./planning-thread.ts" : "./planning-thread.js", import.meta.url);

function sentOptions({ catalogueCache: _, ...options }: ProvisioningOptions): SentOptions {
  return options;
}

interface Mailbox {
  send(message: ToThread): void;
  note(event: ClusterEvent): void;
  /** Sends all that was held back, and the types as the snapshot has them. */
  bring(snapshot: ClusterSnapshot): void;
}

function createMailbox(worker: Worker): Mailbox {
  let held: ClusterEvent[] = [];
  let sentTypes: ReadonlyMap<KeyText, readonly InstanceType[]> = new Map();
  // A thread has no origin; nothing is handed over, everything is cloned.
  const send = (message: ToThread): void => worker.postMessage(message, []);
  const flush = (): void => {
    if (held.length > 0) send({ type: "events", events: held });
    held = [];
  };
  return {
    send,
    note(event) {
      // Types are sent with the next plan, all in one message: types that pools share are then shared over there as well.
      if (event.type === "instance-types") return;
      held.push(event);
      if (held.length >= mostHeldBack) flush();
    },
    bring(snapshot) {
      flush();
      const { instanceTypes } = snapshot;
      if (isSame(instanceTypes, sentTypes)) return;
      const events = snapshot.pools.flatMap(({ key }): ClusterEvent[] => {
        const types = instanceTypes.get(`${key.kind}/${key.name}`);
        return types === undefined ? [] : [{ type: "instance-types", pool: key, types }];
      });
      send({ type: "events", events });
      sentTypes = new Map(instanceTypes);
    },
  };
}

function isSame<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

/** Pieces of one plan, asked for one by one. Rejects when the thread fails or the signal aborts. */
async function collect(
  worker: Worker,
  mailbox: Mailbox,
  { id, signal }: { readonly id: number; readonly signal: AbortSignal },
): Promise<readonly PlanPiece[]> {
  const pieces: PlanPiece[] = [];
  for (;;) {
    const [message] = (await once(worker, "message", { signal })) as [FromThread];
    // What is left of a plan that was cancelled.
    if (message.id !== id) continue;
    if (message.type === "failed") throw new Error(`the planning thread failed: ${message.message}`);
    pieces.push(message.piece);
    if (message.last) return pieces;
    mailbox.send({ type: "next", id });
  }
}
