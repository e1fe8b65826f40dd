/** A question to the engine, by which a finding tells what it costs or risks. The answer is a simulation, never a rule of thumb. */
import type { KubeObject } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";

/** The input with an object as it would be when mended: the difference in price is what the finding costs. */
export interface ObjectsWhatIf {
  readonly kind: "objects";
  readonly entry: ManifestObject;
  readonly object: KubeObject;
  /** `the preference`: what keeps the nodes. */
  readonly subject: string;
}

/** The input on a day when a pool gets no machine of these: the pods left over are what the finding risks. */
export interface CapacityWhatIf {
  readonly kind: "capacity";
  /** Kind and name of the pool. */
  readonly pool: { readonly kind: string; readonly name: string };
  readonly capacityType: string;
  /** These types alone; all where absent. */
  readonly types?: readonly string[];
  /** `spot of c5.large`: what has run out. */
  readonly subject: string;
}

export type WhatIf = ObjectsWhatIf | CapacityWhatIf;
