/** Expiry of the era: from the creation of claim or Node, whichever is older; none while unset (spec: v1alpha5 4.7.2). */
import { type NodeClaim, parseTimestamp, type Provisioner } from "../../api/index.ts";

/** Epoch milliseconds at which a claim expires, or undefined. */
export function expiresAt(
  claim: Pick<NodeClaim, "metadata">,
  provisioner: Provisioner | undefined,
  nodeCreatedAt?: number,
): number | undefined {
  const seconds = provisioner?.spec?.ttlSecondsUntilExpired;
  const { creationTimestamp } = claim.metadata;
  const created = creationTimestamp === undefined ? undefined : parseTimestamp(creationTimestamp);
  if (seconds === undefined || created === undefined) return undefined;
  return Math.min(created, nodeCreatedAt ?? created) + seconds * 1_000;
}
