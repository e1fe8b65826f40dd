/** The line that the founding document tells people to alarm on (spec: v1alpha5 4.4, D8). */

/** `memory resource usage of 1001 exceeds limit of 1000`: plain decimals in base units. */
export const limitLine = (resource: string, usage: number, limit: number): string =>
  `${resource} resource usage of ${plain(usage)} exceeds limit of ${plain(limit)}`;

/** Never in exponents: an alarm's filter reads digits. */
function plain(amount: number): string {
  return Number.isInteger(amount) ? BigInt(amount).toString() : amount.toFixed(3).replace(/\.?0+$/, "");
}

/** A pass in which every type of a pool is over its limits (v0.16 to v0.29). */
export const limitsExceededLine = "all available instance types exceed provisioner limits";
