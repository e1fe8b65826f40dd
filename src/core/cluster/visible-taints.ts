import { isKnownEphemeralTaint, matchesTaint, type Taint } from "../../api/index.ts";

/**
 * Taints that keep pods off a node as the scheduler sees it (scheduling 4.9): all of them, but while a managed node is
 * not initialized its startup taints and those that its own start explains are expected to go.
 */
export function schedulerVisibleTaints(
  taints: readonly Taint[] | undefined,
  starting: { readonly startupTaints: readonly Taint[] } | undefined,
): readonly Taint[] {
  if (taints === undefined || taints.length === 0) return noTaints;
  if (starting === undefined) return taints;
  return taints.filter(
    (taint) => !isKnownEphemeralTaint(taint) && !starting.startupTaints.some((startup) => matchesTaint(startup, taint)),
  );
}

const noTaints: readonly Taint[] = [];
