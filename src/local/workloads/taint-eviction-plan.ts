import type { Pod, Taint, Toleration } from "../../api/index.ts";
import { isTolerated } from "../../core/index.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";

/** Admission gives each pod this long on a node in trouble; it is applied here to pods that came without. */
const defaultSeconds = 300;

const inTrouble: ReadonlySet<string> = new Set(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]);

function withDefaults(tolerations: readonly Toleration[] | undefined, taints: readonly Taint[]): readonly Toleration[] {
  const own = tolerations ?? [];
  const missing = taints.filter((taint) => inTrouble.has(taint.key) && !isTolerated(taint, own));
  return [
    ...own,
    ...missing.map(
      ({ key }): Toleration => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: defaultSeconds }),
    ),
  ];
}

/**
 * When a pod must leave a node by its NoExecute taints, in epoch milliseconds: at once (0) for a taint that it does not
 * tolerate, after the shortest of its toleration times otherwise; undefined when it may stay. `seen` is when the taints
 * were first seen, for those that do not say when they came.
 */
export function evictionDue(pod: Pod, taints: readonly Taint[], seen: number): number | undefined {
  const blocking = taints.filter(({ effect }) => effect === "NoExecute");
  if (blocking.length === 0) return undefined;
  const tolerations = withDefaults(pod.spec.tolerations, blocking);
  let due: number | undefined;
  for (const taint of blocking) {
    const matching = tolerations.filter((toleration) => isTolerated(taint, [toleration]));
    if (matching.length === 0) return 0;
    const seconds = matching.map(({ tolerationSeconds }) => tolerationSeconds).filter((each) => each !== undefined);
    if (seconds.length === 0) continue;
    const at = (millisecondsOf(taint.timeAdded) ?? seen) + Math.max(Math.min(...seconds), 0) * 1000;
    due = Math.min(due ?? at, at);
  }
  return due;
}
