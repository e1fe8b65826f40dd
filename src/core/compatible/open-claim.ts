import type { Claim } from "../provisioning/claim.ts";

export interface OpenClaim {
  readonly claim: Claim;
  readonly index: number;
  /** Reservations that it holds. */
  held: ReadonlySet<string>;
  /** With the charge for a machine; kept up to date only where the loop has a price limit. */
  price: number;
}
