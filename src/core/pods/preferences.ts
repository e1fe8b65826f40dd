import type { Pod } from "../../api/index.ts";

/** Whether the pod says where it would rather be, without insisting (scheduling 4.7). */
export function hasPreferences({ spec }: Pod): boolean {
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const preferred = [nodeAffinity, podAffinity, podAntiAffinity].some(
    (affinity) => (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0,
  );
  return (
    preferred || (spec.topologySpreadConstraints ?? []).some((each) => each.whenUnsatisfiable === "ScheduleAnyway")
  );
}
