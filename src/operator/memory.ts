import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock, Logger, MetricsRegistry } from "../platform/index.ts";

export interface MemoryWatchOptions {
  /** Bytes that the process may take; nothing is watched at 0 and below. */
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** What the process takes, and its heap at most; of this process unless given. */
  readonly usage?: () => MemoryUsage;
  /** Gives back what can be given back. */
  readonly collect?: () => void;
}

export interface MemoryUsage {
  readonly residentBytes: number;
  readonly heapLimitBytes: number;
}

/** From here on memory is given back before more is taken, as upstream's soft limit does (spec: operations 3.8). */
const softShare = 0.9;
const lookMilliseconds = 10_000;
const complaintMilliseconds = 10 * 60_000;

/**
 * Looks every ten seconds until aborted: above 90 % of the limit the heap is collected, and where that does not help it is
 * said, before the kernel ends the process without a word. A heap that may grow past the limit is told of at the start.
 */
export async function watchMemory(options: MemoryWatchOptions, signal: AbortSignal): Promise<void> {
  const { limitBytes, clock, log, metrics, usage = processUsage, collect = collectHeap } = options;
  const limit = metrics.gauge({
    name: "karpenter_memory_limit_bytes",
    help: "Bytes of memory that the process was told it may take; -1 for no limit.",
  });
  limit.set(limitBytes > 0 ? limitBytes : -1);
  if (limitBytes <= 0) return;
  const { heapLimitBytes } = usage();
  if (heapLimitBytes > limitBytes) {
    log.warn("the heap may grow past the memory limit; start node with --max-old-space-size-percentage=75", {
      limitBytes,
      heapLimitBytes,
    });
  }
  let complainedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    await clock.sleep(lookMilliseconds, { signal }).catch(() => undefined);
    if (signal.aborted || usage().residentBytes <= softShare * limitBytes) continue;
    collect();
    const { residentBytes } = usage();
    if (residentBytes <= softShare * limitBytes || clock.monotonic() - complainedAt < complaintMilliseconds) continue;
    complainedAt = clock.monotonic();
    log.error("memory is close to its limit; give the controller more", { limitBytes, residentBytes });
  }
}

const processUsage = (): MemoryUsage => ({
  residentBytes: process.memoryUsage.rss(),
  heapLimitBytes: getHeapStatistics().heap_size_limit,
});

/** There is no other way to ask for a collection in a process that was not started for it. */
function collectHeap(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  collect();
}
