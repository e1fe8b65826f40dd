import type { RepairPolicy } from "../provider/index.ts";

const tolerationMilliseconds = 10 * 60_000;

/** Ready False or Unknown for ten minutes (spec: operations 6.3). */
export const repairPolicies: readonly RepairPolicy[] = Object.freeze([
  { conditionType: "Ready", conditionStatus: "False", tolerationMilliseconds },
  { conditionType: "Ready", conditionStatus: "Unknown", tolerationMilliseconds },
]);
