import type { Clock } from "../../platform/index.ts";
import { type PodNames, podName, podState, underWay } from "./summary.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

export interface SettleOptions {
  readonly cluster: WatchedCluster;
  readonly clock: Clock;
  /** Pods that the controller, or the scheduler for pods it leaves alone, has said to have no place. */
  readonly unplaced: () => PodNames;
  readonly timeoutMilliseconds: number;
  /** How long nothing may change before the cluster counts as settled. */
  readonly quietMilliseconds: number;
}

export type Settled = { readonly kind: "settled" } | { readonly kind: "timeout"; readonly waitingFor: string };

const pollMilliseconds = 100;
/** A pod that nothing has changed about for so long will not start by itself. */
const stuckMilliseconds = 20_000;

/** Waits until nothing is under way and nothing has changed for the quiet time. Rejects with the signal's reason when aborted. */
export async function waitUntilSettled(options: SettleOptions, signal: AbortSignal): Promise<Settled> {
  const { cluster, clock, unplaced, timeoutMilliseconds, quietMilliseconds } = options;
  const started = clock.monotonic();
  for (;;) {
    const now = clock.monotonic();
    const waitingFor = underWay(cluster.picture(), unplaced());
    // What was just applied may not have come back from the server yet: quiet is what nothing has disturbed since the asking.
    const quiet = now - Math.max(cluster.lastChange(), started);
    if (waitingFor === undefined && quiet >= quietMilliseconds) return { kind: "settled" };
    if (waitingFor !== undefined && quiet >= stuckMilliseconds && onlyPendingPods(cluster)) return { kind: "settled" };
    if (now - started >= timeoutMilliseconds) {
      return { kind: "timeout", waitingFor: waitingFor ?? `${quietMilliseconds} ms without a change` };
    }
    await clock.sleep(pollMilliseconds, { signal });
  }
}

/** Nothing but pods that no machine is on its way for (their volume or container never comes) and workloads of nobody. */
function onlyPendingPods(cluster: WatchedCluster): boolean {
  const { pods, nodes, claims } = cluster.picture();
  const pending = new Set(
    pods.filter((pod) => podState(pod) === "pending" && pod.metadata.deletionTimestamp === undefined).map(podName),
  );
  return underWay({ workloads: [], pods, nodes, claims }, pending) === undefined;
}
