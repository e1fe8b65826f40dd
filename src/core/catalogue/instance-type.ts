import type { Resources } from "../quantity/resources.ts";
import type { Requirements } from "../requirements/requirement.ts";

/** One purchasable combination of zone, capacity type and reservation (spec: scheduling 0, 2.3). Prices in USD an hour. */
export interface Offering {
  readonly zone: string;
  readonly capacityType: string;
  /** Always holds zone and capacity type, and whatever else sets this offering apart. */
  readonly requirements: Requirements;
  readonly price: number;
  readonly available: boolean;
  readonly reservationId?: string;
  readonly reservationCapacity?: number;
  readonly capacityOverride?: Resources;
  readonly overheadOverride?: Resources;
  /** Its price is a NodeOverlay's (scheduling 7.5). */
  readonly hasPriceOverlay?: true;
}

/** What a provider says of one machine type. Values are shared between pools and never changed in place. */
export interface InstanceType {
  readonly name: string;
  readonly requirements: Requirements;
  readonly capacity: Resources;
  readonly overhead: {
    readonly kubeReserved: Resources;
    readonly systemReserved: Resources;
    readonly evictionThreshold: Resources;
  };
  readonly offerings: readonly Offering[];
  /** Some of its capacity is a NodeOverlay's. */
  readonly hasCapacityOverlay?: true;
}
