/** Entry of the planning thread: keeps a picture of its own by the same events, and plans on it when asked. */
import { type MessagePort, parentPort } from "node:worker_threads";
import {
  applyClusterEvents,
  createCatalogueCache,
  createProvisioner,
  emptyClusterState,
  freezeSnapshot,
} from "../core/index.ts";
import { type FromThread, type PlanPiece, piecesOf, type ToThread } from "./planning-messages.ts";

/** Work units between two looks at the mailbox: some milliseconds. */
const unitsPerTurn = 20_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function servePlans(port: MessagePort): void {
  const catalogueCache = createCatalogueCache();
  let state = emptyClusterState();
  let wanted = 0;
  let pieces: Iterator<PlanPiece> | undefined;

  const tell = (message: FromThread): void => port.postMessage(message);
  const tellNext = (id: number): void => {
    const next = pieces?.next();
    if (next === undefined || next.done === true) return;
    tell({ type: "piece", id, piece: next.value, last: next.value.rest !== undefined });
  };
  const plan = async ({ id, takenAt, options, virtual }: ToThread & { readonly type: "plan" }): Promise<void> => {
    wanted = id;
    const taken = freezeSnapshot(state, takenAt);
    const snapshot = virtual.length === 0 ? taken : { ...taken, pendingPods: [...taken.pendingPods, ...virtual] };
    const provisioner = createProvisioner(snapshot, { ...options, catalogueCache });
    while (provisioner.step(unitsPerTurn) === "more") {
      await turn();
      if (wanted !== id) return;
    }
    pieces = piecesOf(provisioner.plan());
    tellNext(id);
  };

  port.on("message", (message: ToThread) => {
    if (message.type === "events") state = applyClusterEvents(state, message.events);
    else if (message.type === "next") tellNext(message.id);
    else if (message.type === "cancel") wanted = wanted === message.id ? 0 : wanted;
    else
      plan(message).catch((error: unknown) => {
        tell({ type: "failed", id: message.id, message: error instanceof Error ? (error.stack ?? "") : String(error) });
      });
  });
}

if (parentPort === null)
  throw new Error("planning-thread is the entry of a worker thread; start it with createPlanningThread");
servePlans(parentPort);
