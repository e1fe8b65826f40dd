import { labels, type NodeClaim } from "../../../src/api/index.ts";
import type { Machine } from "../../../src/local/index.ts";
import { isAlive, type Picture, poolOf, providerIdOf } from "./picture.ts";
import type { Report } from "./violation.ts";

const machinePool = (machine: Machine): string => machine.labels[labels.nodePool] ?? "";

/**
 * No claim gets a second machine. Launches carry no name of a claim, so it is told by numbers: machines of a pool that no
 * claim owns are never more than its claims that own none. A claim that goes before it owned one may leave the oldest of
 * those machines behind, which is then the collector's.
 */
export function checkLaunches(picture: Picture, report: Report): void {
  const abandoned = new Set<string>();
  const unowned = (pool: string): readonly Machine[] =>
    [...picture.machines.values()].filter(
      (machine) =>
        machinePool(machine) === pool &&
        isAlive(machine) &&
        !picture.owners.has(machine.providerId) &&
        !abandoned.has(machine.providerId),
    );
  const waiting = (pool: string): readonly NodeClaim[] =>
    [...picture.claims.values()].filter((claim) => poolOf(claim) === pool && providerIdOf(claim) === "");

  picture.listen({
    claim: ({ key, previous, next }) => {
      const before = providerIdOf(previous);
      const after = providerIdOf(next);
      if (previous !== undefined && next === undefined) {
        // Its own machine, too, is from here on not a launch that somebody waits for.
        if (before !== "") abandoned.add(before);
        else for (const machine of unowned(poolOf(previous)).slice(0, 1)) abandoned.add(machine.providerId);
      } else if (before !== "" && after !== before && next !== undefined) {
        report("double-launch", `nodeclaim/${key}`, `owned ${before} and then ${after === "" ? "none" : after}`);
      }
    },
    machine: (machine, previous) => {
      if (previous !== undefined) return;
      const pool = machinePool(machine);
      const machines = unowned(pool);
      const claims = waiting(pool);
      if (machines.length <= claims.length) return;
      const ids = machines.map(({ providerId }) => providerId).join(", ");
      report("double-launch", machine.providerId, `${ids} launched for ${claims.length} claims of pool ${pool}`);
    },
  });
}
