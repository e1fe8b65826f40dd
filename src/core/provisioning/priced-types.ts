import type { RequirementSpec } from "../../api/index.ts";

/** A type as a claim may be launched: its cheapest allowed offering. */
export interface PricedType {
  readonly type: number;
  readonly offering: number;
  readonly price: number;
}

/** What depends on a claim's requirements and rows alone; claims of one kind share it. */
export interface Choices {
  readonly ordered: readonly PricedType[];
  readonly instanceTypes: readonly string[];
  readonly capacityTypes: readonly string[];
  /** Whether overlays changed prices or capacities of any of them (scheduling 6.4). */
  readonly overlaid: { readonly price: boolean; readonly capacity: boolean };
  /** What the NodeClaim asks for, and labels of its own that follow from it (scheduling 6.4). */
  readonly specs: readonly RequirementSpec[];
  readonly customLabels: Readonly<Record<string, string>>;
}

/** A row under some requirements: its type with the cheapest offering, and the capacity types it can be had in. */
export interface RowOffer {
  readonly row: number;
  readonly priced: PricedType;
  readonly capacityTypes: readonly string[];
  /** Some offering's price is an overlay's, or the type's capacity (scheduling 6.4). */
  readonly overlaidPrice: boolean;
  readonly overlaidCapacity: boolean;
}
