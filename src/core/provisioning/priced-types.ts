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
}
