/** NodePool and NodeClaim as hosts of the lists that they share. */
import type { LabelPlace } from "../labels/restrictions.ts";
import { claimRequirement, nodeClaim, poolRequirement, poolTemplate } from "./manifests.ts";
import type { Manifest } from "./rule-case.ts";

/** How one of the two kinds is built, and where its lists stand. */
export interface Host {
  readonly prefix: string;
  readonly section: string;
  /** Path of the spec that holds the lists. */
  readonly path: string;
  readonly place: LabelPlace;
  with(spec: Readonly<Record<string, unknown>>): Manifest;
  requirement(...requirements: readonly unknown[]): Manifest;
}

export const pool: Host = {
  prefix: "nodepool",
  section: "1",
  path: "spec.template.spec",
  place: "nodepool-requirement",
  with: poolTemplate,
  requirement: poolRequirement,
};

export const claim: Host = {
  prefix: "nodeclaim",
  section: "2",
  path: "spec",
  place: "nodeclaim-requirement",
  with: nodeClaim,
  requirement: claimRequirement,
};
