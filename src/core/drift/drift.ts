/** Whether a claim still is what its pool asks for (lifecycle 4.2). Pure; the provider's own reasons come after these. */
import { annotations, capacityTypes, labels, type NodeClaim } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { ClaimView, PoolView } from "../cluster/views.ts";
import { intersects, isCompatible } from "../requirements/compatible.ts";
import { type Requirements, requirementIn } from "../requirements/requirement.ts";
import { labelRequirements, requirementsOf, specRequirements } from "../requirements/requirements.ts";

export type CoreDriftReason = "NodePoolDrifted" | "RequirementsDrifted" | "InstanceTypeNotFound";

/** The reasons that need nothing but the two objects, the first hit. */
export function templateDrift(view: ClaimView, pool: PoolView): CoreDriftReason | undefined {
  if (hasOtherHash(view.claim, pool)) return "NodePoolDrifted";
  return meetsRequirements(view.claim, pool) ? undefined : "RequirementsDrifted";
}

/** Hashes are compared only when both were made in the same way: an unknown one proves nothing. */
function hasOtherHash(claim: NodeClaim, { pool }: PoolView): boolean {
  const own = claim.metadata.annotations ?? {};
  const wanted = pool.metadata.annotations ?? {};
  const version = own[annotations.nodePoolHashVersion];
  const hash = own[annotations.nodePoolHash];
  const wantedHash = wanted[annotations.nodePoolHash];
  if (version === undefined || hash === undefined || wantedHash === undefined) return false;
  return version === wanted[annotations.nodePoolHashVersion] && hash !== wantedHash;
}

/** Only the requirements of the template count: its labels drift through the hash. */
const meetsRequirements = (claim: NodeClaim, { pool }: PoolView): boolean =>
  isCompatible(labelRequirements(claim.metadata.labels), specRequirements(pool.spec.template.spec.requirements));

/** Whether the claim's type is still sold in a way that the claim could have been bought. Availability does not count. */
export function isTypeOffered(view: ClaimView, types: readonly InstanceType[]): boolean {
  const own = view.claim.metadata.labels ?? {};
  const name = own[labels.instanceType];
  const type = name === undefined ? undefined : types.find((candidate) => candidate.name === name);
  if (type === undefined) return false;
  const wanted = offeringRequirements(own);
  return type.offerings.some(({ requirements }) => intersects(requirements, wanted));
}

/** A reservation that ran out turns its machine into an on-demand one: which reservation it was no longer matters. */
function offeringRequirements(own: Readonly<Record<string, string>>): Requirements {
  if (own[labels.capacityType] !== capacityTypes.reserved) return labelRequirements(own);
  const zone = own[labels.zone];
  return requirementsOf([
    requirementIn(labels.capacityType, capacityTypes.reserved, capacityTypes.onDemand),
    ...(zone === undefined ? [] : [requirementIn(labels.zone, zone)]),
  ]);
}
