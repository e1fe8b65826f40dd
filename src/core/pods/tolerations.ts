/** Taints against tolerations (scheduling 4.9). */
import { type Taint, type Toleration, taintText } from "../../api/index.ts";
import { integerValue } from "../requirements/requirement.ts";

/** Whether every taint is tolerated, whatever its effect: PreferNoSchedule blocks too until a pod is relaxed. */
export function toleratesAll(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): boolean {
  for (const taint of taints) if (!isTolerated(taint, tolerations)) return false;
  return true;
}

/** One text for each taint that is not tolerated, joined by `; `; undefined when all are. */
export function tolerationError(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
): string | undefined {
  const faults = taints.filter((taint) => !isTolerated(taint, tolerations));
  if (faults.length === 0) return undefined;
  return faults.map((taint) => `did not tolerate taint (taint=${taintText(taint)})`).join("; ");
}

/** Added by the last step of relaxation, and to every daemon pod (scheduling 2.5, 3.6). */
export const toleratePreferNoSchedule: Toleration = Object.freeze({ operator: "Exists", effect: "PreferNoSchedule" });

export function isTolerated(taint: Taint, tolerations: readonly Toleration[] | undefined): boolean {
  if (tolerations === undefined) return false;
  for (const toleration of tolerations) if (tolerates(toleration, taint)) return true;
  return false;
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (!matchesOrIsAbsent(toleration.effect, taint.effect) || !matchesOrIsAbsent(toleration.key, taint.key))
    return false;
  return toleratesValue(toleration, taint.value ?? "");
}

const matchesOrIsAbsent = (wanted: string | undefined, actual: string): boolean =>
  wanted === undefined || wanted === "" || wanted === actual;

function toleratesValue({ operator = "Equal", value = "" }: Toleration, actual: string): boolean {
  if (operator === "Exists") return true;
  if (operator === "Equal") return value === actual;
  const [bound, number] = [integerValue(value), integerValue(actual)];
  if (bound === undefined || number === undefined) return false;
  return operator === "Lt" ? number < bound : number > bound;
}
