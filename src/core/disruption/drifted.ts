/** The `Drifted` condition of a claim (lifecycle 4.1). */
import { parseTimestamp } from "../../api/index.ts";
import type { ClaimView } from "../cluster/views.ts";

const driftedCondition = ({ claim }: ClaimView) => claim.status?.conditions?.find(({ type }) => type === "Drifted");

export const isDrifted = (view: ClaimView): boolean => driftedCondition(view)?.status === "True";

/** Since when, in epoch milliseconds; 0 where it is not known. */
export const driftedAt = (view: ClaimView): number =>
  parseTimestamp(driftedCondition(view)?.lastTransitionTime ?? "") ?? 0;
