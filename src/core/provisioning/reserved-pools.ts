import { labels as labelKeys } from "../../api/index.ts";
import { andInto, isEmptySet } from "../catalogue/bit-set.ts";
import type { RequirementTable } from "../catalogue/requirement-table.ts";
import { requirementIn, requirementOf, type Requirements } from "../requirements/requirement.ts";
import { addRequirements, requirementsOf } from "../requirements/requirements.ts";
import { type Reservation, reserved } from "../reservations/reservations.ts";
import type { Pool } from "./claim.ts";

/**
 * Pools that reservations are open to, taken apart: for each reservation the machines that would use a place of it, and the
 * machines that cost money. The first are tried first. Upstream lets a claim hold a place of every reservation it might use
 * and puts off whom that leaves without one (scheduling 7.1); here a claim holds one place, so what is left over is bought in
 * the same pass (11.4 items 36 and 37).
 */
export function withReservedPools(
  pools: readonly Pool[],
  context: {
    readonly table: RequirementTable;
    readonly reservations: ReadonlyMap<string, Reservation>;
    readonly firstIndex: number;
  },
): readonly Pool[] {
  const { table, reservations } = context;
  if (reservations.size === 0) return pools;
  let index = context.firstIndex;
  const split = pools.map((pool) => {
    const own = [...reservations.values()].filter((one) => narrowedPool(pool, table, holding([one])) !== undefined);
    const prepaid = groupsFor(pool, own).flatMap((group) => {
      const narrowed = narrowedPool(pool, table, holding(group));
      return narrowed === undefined ? [] : [{ ...narrowed, reservations: group.map(({ id }) => id) }];
    });
    const paid = prepaid.length === 0 ? pool : narrowedPool(pool, table, notReserved);
    return {
      paid,
      prepaid: prepaid.map(
        (each): Pool => ({
          ...each,
          template: { ...each.template, index: index++ },
          ...(paid === undefined ? {} : { quiet: true }),
        }),
      ),
    };
  });
  return byWeight(split);
}

/** Many values on one claim need many reservations on it: it holds a place of each (scheduling 7.1). */
const groupsFor = ({ template }: Pool, all: readonly Reservation[]): readonly (readonly Reservation[])[] =>
  template.hasMinValues && all.length > 0 ? [all] : all.map((one) => [one]);

const notReserved: Requirements = requirementsOf([
  requirementOf({ key: labelKeys.capacityType, operator: "NotIn", values: [reserved] }),
]);

function holding(group: readonly Reservation[]): Requirements {
  const byLabel = Map.groupBy(group, ({ label }) => label);
  return requirementsOf([
    requirementIn(labelKeys.capacityType, reserved),
    ...[...byLabel].map(([label, members]) => requirementIn(label, ...members.map(({ id }) => id))),
  ]);
}

function narrowedPool(pool: Pool, table: RequirementTable, by: Requirements): Pool | undefined {
  const { template, room } = pool;
  const set = table.intern(addRequirements(template.requirements, by));
  const rows = andInto(template.rows.slice(), table.select(set).rows);
  if (isEmptySet(rows)) return undefined;
  return {
    ...pool,
    template: { ...template, set, rows },
    room: { ...room, rows: andInto(room.rows.slice(), rows) },
  };
}

interface SplitPool {
  readonly paid: Pool | undefined;
  readonly prepaid: readonly Pool[];
}

/** Of pools of one weight, what is prepaid comes before what is not. */
function byWeight(split: readonly SplitPool[]): readonly Pool[] {
  const weightOf = ({ paid, prepaid }: SplitPool): number => (paid ?? prepaid[0])?.template.weight ?? 0;
  return [...Map.groupBy(split, weightOf).values()].flatMap((alike) => [
    ...alike.flatMap(({ prepaid }) => prepaid),
    ...alike.flatMap(({ paid }) => paid ?? []),
  ]);
}
