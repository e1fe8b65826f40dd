import type { Clock } from "../../platform/index.ts";
import type { AccountInstance, InstanceTable } from "./instances.ts";
import type { Market } from "./market.ts";

/** What the account costs. Spot prices in it are simulated. */
export interface Bill {
  /** USD an hour of everything that runs now. */
  readonly pricePerHour: number;
  /** USD since the account was made. */
  readonly dollars: number;
  readonly running: number;
}

export interface BillKeeper {
  read(): Bill;
  /** To be called before prices change, so that the time up to now is charged at the old ones. */
  settle(): void;
}

const hour = 3_600_000;

/** Charges each instance from its launch until it shuts down, by the second's fraction, at the price of the moment. */
export function createBillKeeper(deps: {
  readonly clock: Clock;
  readonly instances: InstanceTable;
  readonly market: Market;
}): BillKeeper {
  const { clock, instances, market } = deps;
  const charged = new Map<string, AccountInstance>();
  let dollars = 0;
  let settledAt = clock.monotonic();

  const pricePerHour = (): number => {
    let sum = 0;
    for (const { instanceType, capacityType, subnet } of charged.values())
      sum += market.price({ instanceType, capacityType, zone: subnet.zone });
    return sum;
  };
  const settle = (): void => {
    const now = clock.monotonic();
    dollars += (pricePerHour() * (now - settledAt)) / hour;
    settledAt = now;
  };
  instances.subscribe((instance) => {
    settle();
    if (instance.state === "pending" || instance.state === "running") charged.set(instance.id, instance);
    else charged.delete(instance.id);
  });
  return {
    settle,
    read: () => {
      settle();
      return { pricePerHour: pricePerHour(), dollars, running: charged.size };
    },
  };
}
