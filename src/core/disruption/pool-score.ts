import type { Candidate } from "./candidate.ts";

/** What a move is to one of the pools that it takes nodes from (lifecycle 6.3); for Balanced pools it decides. */
export interface PoolScore {
  readonly pool: Candidate["pool"];
  /** Whether the pool's policy is Balanced. */
  readonly balanced: boolean;
  /** Share of the pool's price that is saved. */
  readonly savingFraction: number;
  /** Share of the pool's disruption that the move is. */
  readonly disruptionFraction: number;
  readonly score: number;
  readonly approved: boolean;
}
