import type { Reconciler } from "../../kube/index.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { createShiftAnnouncements } from "../zonal-shift/announcements.ts";
import { singleton } from "./singleton.ts";

const period = 30_000;

/** Asks for shifted zones and tells the pools that could use them (spec: aws 7.9). */
export function createZonalShiftWatch({ parts, events, nodePools }: NodeClassDeps): Reconciler {
  const announcements = createShiftAnnouncements({
    shifts: parts.shifts,
    events,
    pools: () => nodePools.store.list(),
    nodeClass: (name) => parts.nodeClass(name),
  });
  return singleton("zonalshift", period, async (signal) => {
    try {
      await parts.shifts.refresh({ signal });
    } finally {
      // A shift that has run out is news even while ARC cannot be asked.
      announcements.announce();
    }
  });
}
