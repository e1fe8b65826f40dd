import { andInto, type BitSet, bitSetOf, hasBit, intersects, membersOf, setBit } from "../catalogue/bit-set.ts";
import type { RequirementTable } from "../catalogue/requirement-table.ts";
import type { ResourceSpace } from "../catalogue/resource-space.ts";
import type { HostPort } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { sumResources } from "../quantity/arithmetic.ts";
import type { Resources } from "../quantity/resources.ts";
import type { Daemon } from "./daemons.ts";
import type { Template } from "./template.ts";

/** Rows of a template on which the same DaemonSets would run (scheduling 2.5). */
export interface DaemonGroup {
  readonly rows: BitSet;
  readonly overhead: Resources;
  readonly ports: readonly HostPort[];
  readonly daemons: readonly string[];
}

/** What a template's machines leave to pods. */
export interface TemplateRoom {
  readonly groups: readonly DaemonGroup[];
  /** By place in the resource space (the catalogue's resources), by row: allocatable less daemon overhead. */
  readonly room: readonly Float64Array[];
  /** Rows of the template that hold their daemons. */
  readonly rows: BitSet;
}

export function buildDaemonGroups(
  template: Template,
  daemons: readonly Daemon[],
  table: RequirementTable,
): readonly DaemonGroup[] {
  const running = daemons
    .filter(({ tolerations }) => toleratesAll(template.taints, tolerations))
    .map((daemon) => ({ daemon, rows: rowsRunning(daemon, template, table) }));
  const byDaemons = new Map<string, { rows: BitSet; members: Daemon[] }>();
  for (const row of membersOf(template.rows)) {
    const members = running.filter(({ rows }) => hasBit(rows, row)).map(({ daemon }) => daemon);
    const key = members.map(({ name }) => name).join(",");
    const group = byDaemons.get(key) ?? { rows: bitSetOf(table.catalogue.rowCount), members };
    setBit(group.rows, row);
    byDaemons.set(key, group);
  }
  return [...byDaemons.values()].map(({ rows, members }) => ({
    rows,
    overhead: overheadOf(members),
    ports: members.flatMap(({ ports }) => ports),
    daemons: members.map(({ name }) => name),
  }));
}

function rowsRunning(daemon: Daemon, template: Template, table: RequirementTable): BitSet {
  const rows = bitSetOf(table.catalogue.rowCount);
  for (const alternative of daemon.alternatives) {
    const set = table.intern(alternative);
    if (table.narrow(template.set, set) < 0) continue;
    const { met } = table.select(set);
    for (let i = 0; i < rows.length; i++) rows[i] = (rows[i] ?? 0) | (met[i] ?? 0);
  }
  return andInto(rows, template.rows);
}

const overheadOf = (members: readonly Daemon[]): Resources => sumResources(members.map(({ requests }) => requests));

/** True minimum over the groups that still have a row: zero as soon as one of them has no daemons (scheduling 2.5). */
export function minimumOverhead(groups: readonly DaemonGroup[], rows: BitSet): Resources {
  const left = groups.filter((group) => intersects(group.rows, rows));
  const [first, ...rest] = left;
  const least: Record<string, number> = {};
  for (const name of Object.keys(first?.overhead ?? {})) {
    const amount = rest.reduce((low, { overhead }) => Math.min(low, overhead[name] ?? 0), first?.overhead[name] ?? 0);
    if (amount > 0) least[name] = amount;
  }
  return least;
}

export function buildTemplateRoom(
  template: Template,
  groups: readonly DaemonGroup[],
  context: { readonly table: RequirementTable; readonly space: ResourceSpace },
): TemplateRoom {
  const { catalogue } = context.table;
  const room = catalogue.allocatable.map((column) => column.slice());
  const rows = template.rows.slice();
  for (const group of groups) {
    const overhead = context.space.vector(group.overhead);
    for (const row of membersOf(group.rows)) {
      if (!takeOverhead(room, overhead, row)) rows[row >>> 5] = (rows[row >>> 5] ?? 0) & ~(1 << (row & 31));
    }
  }
  return { groups, room, rows };
}

/** False when the daemons alone are too much for the row. */
function takeOverhead(room: readonly Float64Array[], overhead: Float64Array, row: number): boolean {
  let holds = true;
  overhead.forEach((amount, place) => {
    if (amount === 0) return;
    const column = room[place];
    if (column === undefined) holds = false;
    else column[row] = (column[row] ?? 0) - amount;
    if (column !== undefined && (column[row] ?? 0) < 0) holds = false;
  });
  return holds;
}
