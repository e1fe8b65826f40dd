/** Watches that break, dawdle, or fall silent without closing. */
import type { KubeObject, ResourceType } from "../../../src/api/index.ts";
import { type KubeClient, KubeFault, type WatchEvent, type WatchOptions } from "../../../src/kube/index.ts";
import type { Clock } from "../../../src/platform/index.ts";
import type { ActiveFault, FaultBoard } from "./fault-board.ts";

export interface WatchFaults {
  over<T extends KubeObject>(
    isDead: () => boolean,
    watch: KubeClient["watch"],
    type: ResourceType<T>,
    options: WatchOptions | undefined,
  ): AsyncIterable<WatchEvent<T>>;
  /** Breaks about half of the watches that are open now; what they had not delivered yet is lost with them. */
  breakSome(fault: ActiveFault): void;
  /** About a third of the watches deliver nothing from now on until the server closes them. */
  silenceSome(fault: ActiveFault): void;
}

interface OpenWatch {
  readonly breaker: AbortController;
  silencedBy: ActiveFault | undefined;
}

const latestMilliseconds = 5_000;

export function createWatchFaults(deps: { readonly clock: Clock; readonly board: FaultBoard }): WatchFaults {
  const { clock, board } = deps;
  const open = new Set<OpenWatch>();

  const late = async (signal: AbortSignal): Promise<void> => {
    const fault = board.strikes("watch-late", 0.3);
    if (fault !== undefined) await clock.sleep(fault.random.next() * latestMilliseconds, { signal });
  };

  async function* deliver<T extends KubeObject>(
    isDead: () => boolean,
    begin: (signal: AbortSignal) => AsyncIterable<WatchEvent<T>>,
    asked: AbortSignal | undefined,
  ): AsyncIterable<WatchEvent<T>> {
    const watch: OpenWatch = { breaker: new AbortController(), silencedBy: undefined };
    const signal = asked === undefined ? watch.breaker.signal : AbortSignal.any([asked, watch.breaker.signal]);
    open.add(watch);
    try {
      for await (const event of begin(signal)) {
        if (isDead()) return;
        if (watch.silencedBy !== undefined) watch.silencedBy.strike();
        else {
          await late(signal);
          yield event;
        }
      }
    } finally {
      open.delete(watch);
    }
  }

  return {
    over: (isDead, watch, type, options) =>
      deliver(isDead, (signal) => watch(type, { ...options, signal }), options?.signal),
    breakSome: (fault) => {
      for (const watch of open) {
        if (fault.random.next() >= 0.5) continue;
        fault.strike();
        watch.breaker.abort(
          fault.random.next() < 0.5
            ? new KubeFault("Expired", "too old resource version", { code: 410 })
            : new KubeFault("ConnectionFailed", "read ECONNRESET"),
        );
      }
    },
    silenceSome: (fault) => {
      for (const watch of open) if (fault.random.next() < 0.3) watch.silencedBy = fault;
    },
  };
}
