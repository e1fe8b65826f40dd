/** `int-or-string`: a count, or a percentage of `total` rounded up or down. Text that is neither counts as nothing. */
export function resolveCount(value: number | string, total: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) return 0;
  const share = (Number(percent) * total) / 100;
  return round === "up" ? Math.ceil(share) : Math.floor(share);
}

/** Surge and unavailability of a rolling update; if both come to nothing, one pod may be unavailable. */
export function resolveFenceposts(
  rolling: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string } | undefined,
  replicas: number,
): { readonly surge: number; readonly unavailable: number } {
  const surge = resolveCount(rolling?.maxSurge ?? "25%", replicas, "up");
  const unavailable = resolveCount(rolling?.maxUnavailable ?? "25%", replicas, "down");
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}
