import type { Lease, Timestamp } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";

/** Lease times carry six digits, or Go electors do not read them. */
export const microTime = (milliseconds: number): Timestamp => new Date(milliseconds).toISOString().replace("Z", "000Z");

/**
 * What an elector knows of the lease. Ages are counted on the local clock from the moment a change was *seen*: the
 * times in the record come from another machine's clock and are never compared with ours.
 */
export class ObservedLease {
  readonly #clock: Clock;
  #lease: Lease | undefined;
  #seenAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  get holder(): string {
    return this.#lease?.spec?.holderIdentity ?? "";
  }

  see(lease: Lease): void {
    if (this.#lease === undefined || JSON.stringify(this.#lease.spec) !== JSON.stringify(lease.spec)) {
      this.#seenAt = this.#clock.monotonic();
    }
    this.#lease = lease;
  }

  /** Whether whoever holds it may still believe so. */
  get valid(): boolean {
    return this.holder !== "" && this.millisecondsLeft > 0;
  }

  /** Until its end, unless it is seen renewed before; 0 and below when that has passed. */
  get millisecondsLeft(): number {
    const seconds = this.#lease?.spec?.leaseDurationSeconds ?? 0;
    return this.#seenAt + seconds * 1000 - this.#clock.monotonic();
  }
}
