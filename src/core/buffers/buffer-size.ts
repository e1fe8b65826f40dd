/** How many chunks a CapacityBuffer asks for (api 3.2, scheduling 7.3). */
import type { CapacityBuffer } from "../../api/index.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import type { Resources } from "../quantity/resources.ts";

/**
 * The larger of `replicas` and the share of the target, capped by what `limits` hold; limits alone when neither is set.
 * `targetReplicas` is absent without a scalable target.
 */
export function bufferSize(
  { spec = {} }: Pick<CapacityBuffer, "spec">,
  chunk: Resources,
  targetReplicas?: number,
): number {
  const wanted = [spec.replicas, shareOf(spec.percentage, targetReplicas)].filter((count) => count !== undefined);
  const most = limitedCount(spec.limits, chunk);
  if (wanted.length === 0) return most ?? 0;
  return Math.min(Math.max(...wanted), most ?? Number.MAX_SAFE_INTEGER);
}

/** Rounded up, at least one; a target without replicas says nothing. */
function shareOf(percentage: number | undefined, replicas: number | undefined): number | undefined {
  if (percentage === undefined || replicas === undefined || replicas === 0) return undefined;
  if (percentage === 0) return 0;
  return Math.max(1, Math.ceil((percentage * replicas) / 100));
}

/** Undefined when the limits name nothing that a chunk asks for. */
function limitedCount(limits: NonNullable<CapacityBuffer["spec"]>["limits"], chunk: Resources): number | undefined {
  const counts = Object.entries(resourcesAssuming(limits ?? {}, 0)).flatMap(([name, limit]) => {
    const amount = chunk[name] ?? 0;
    return amount > 0 ? [Math.floor(limit / amount)] : [];
  });
  return counts.length === 0 ? undefined : Math.max(0, Math.min(...counts));
}
