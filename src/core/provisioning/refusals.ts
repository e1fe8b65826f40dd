import { andInto, hasBit, isEmptySet, membersOf } from "../catalogue/bit-set.ts";
import { resourcesOf } from "../catalogue/resource-space.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import { keyText } from "../cluster/keys.ts";
import { conflictingPorts } from "../pods/host-ports.ts";
import { tolerationError } from "../pods/tolerations.ts";
import { addResources, maxResources, minResources } from "../quantity/arithmetic.ts";
import { formatResources } from "../quantity/format-resources.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import type { Resources } from "../quantity/resources.ts";
import { compatibilityError } from "../requirements/compatible.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import { requirementsText } from "../requirements/requirement-text.ts";
import type { Pool } from "./claim.ts";
import type { DaemonGroup } from "./daemon-groups.ts";
import type { Reason } from "./plan.ts";
import { nodesExhausted, rowsWithinLimits } from "./pool-limits.ts";
import { freshFit, type Session } from "./session.ts";
import { typesOf } from "./template.ts";
import { topologyRefusal } from "./topology-refusal.ts";
import type { Stage, Workload } from "./workload.ts";

interface Ask {
  readonly workload: Workload;
  readonly stage: Stage;
}

/** Why a new claim of the pool cannot hold the pod; the first check that says no, with its exact text (scheduling 4.5 to 4.7). */
export function poolRefusal(session: Session, pool: Pool, ask: Ask): Reason {
  const name = pool.template.name;
  const object = keyText(pool.template.view.key);
  const limited = limitRefusal(session, pool, name);
  if (limited !== undefined && !isBesideThePoint(session, pool, limited, ask)) return { ...limited, object };
  const taint = tolerationError(pool.template.taints, ask.stage.tolerations);
  if (taint !== undefined) return { layer: "pool", code: "taint", text: taint, object };
  const requirements = requirementRefusal(session, pool, ask);
  return { ...requirements, object };
}

/**
 * Machines of this pass have used up the number of nodes, but the pod could not have had one of them: what keeps it out is
 * something else, and a higher limit would not help.
 */
function isBesideThePoint(session: Session, pool: Pool, { code }: Reason, { workload, stage }: Ask): boolean {
  if (code !== "nodes" || !session.claims.some((claim) => claim.pool.limits === pool.limits)) return false;
  return freshFit(session, pool, { workload, stage, set: stage.set }) === undefined;
}

/**
 * What the event on the pod says for one pool: which pool, what its daemons take, and why not; of limits, how much is in
 * use (operations 5.1). The reason's own text stays as the chapter has it.
 */
export function poolClause(pool: Pool, reason: Reason): string {
  const { key } = pool.template.view;
  if (reason.layer === "limits") return `${reason.text}, ${usageText(pool)}`;
  const overhead = totalsText(pool.room.groups, {});
  return `incompatible with ${key.kind.toLowerCase()} "${key.name}", daemonset overhead=${overhead}, ${reason.text}`;
}

/** Machines planned in the same pass count as used. */
function usageText({ template, limits }: Pool): string {
  const limit = resourcesAssuming(template.view.pool.spec.limits ?? {}, 0);
  const used = Object.fromEntries(
    [...(limits.remaining ?? [])].map(([name, left]) => [name, (limit[name] ?? 0) - left]),
  );
  return `limits=${jsonOf(limit)}, usage=${jsonOf(used)}`;
}

/** Undefined while limits leave the pool a machine (scheduling 4.7). */
export function limitRefusal(session: Session, pool: Pool, name: string): Reason | undefined {
  if (nodesExhausted(pool.limits)) {
    return { layer: "limits", code: "nodes", text: `node limits have been exhausted for nodepool (NodePool=${name})` };
  }
  if (!isEmptySet(rowsWithinLimits(pool.template.rows, pool.limits, session.table.catalogue))) return undefined;
  return {
    layer: "limits",
    code: "resources",
    text:
      pool.template.view.key.kind === "Provisioner"
        ? `all available instance types exceed limits for provisioner: "${name}"`
        : `all available instance types exceed limits for nodepool (NodePool=${name})`,
  };
}

function requirementRefusal(session: Session, pool: Pool, ask: Ask): Reason {
  const { table, options } = session;
  const { wellKnown } = options.labelRules;
  const own = compatibilityError(pool.template.requirements, ask.stage.requirements, wellKnown);
  if (own !== undefined) return { layer: "pool", code: "requirements", text: `incompatible requirements, ${own}` };
  const narrowed = table.narrow(pool.template.set, ask.stage.set);
  let last: Reason | undefined;
  ask.stage.volumes.forEach((volume, i) => {
    const clash = compatibilityError(table.requirements(narrowed), volume, wellKnown);
    const set = table.narrow(narrowed, ask.stage.volumeSets[i] ?? -1);
    last =
      clash === undefined
        ? (topologyRefusal(ask.stage, table.requirements(set)) ?? instanceTypeRefusal(session, pool, { ...ask, set }))
        : { layer: "volumes", code: "requirements", text: `incompatible volume requirements, ${clash}` };
  });
  return last ?? instanceTypeRefusal(session, pool, { ...ask, set: narrowed });
}

/** What the types of the pool pass, over all of them (scheduling 4.6). */
interface Flags {
  readonly met: boolean;
  readonly fits: boolean;
  readonly offered: boolean;
  readonly fitsAndOffered: boolean;
  readonly metAndOffered: boolean;
  readonly all: boolean;
}

const [isMet, isFitting, isOffered] = [1, 2, 4];

/** Why no type of the pool will do under the set; asked only when none does (scheduling 4.6). */
export function instanceTypeRefusal(session: Session, pool: Pool, ask: Ask & { readonly set: SetId }): Reason {
  const { table, space } = session;
  const requirements = table.requirements(ask.set);
  const groups = pool.room.groups.filter(({ ports }) => conflictingPorts(ports, ask.workload.ports) === undefined);
  const total = session.space.vector(ask.workload.requests);
  const flags = flagsOf(session, pool, { groups, set: ask.set, total });
  const suffix = `, requirements=${requirementsText(requirements)}, resources=${totalsText(groups, resourcesOf(space, total))}`;
  const kept = keepFitting(keptRows(session, pool, ask.set), pool.room.room, {
    total,
    places: ask.workload.need.places,
  });
  const minValues = flags.all ? satisfiesMinValues(typesOf(table.catalogue, kept), requirements) : undefined;
  if (minValues !== undefined && !minValues.ok)
    return { layer: "instance-types", code: "min-values", text: minValues.text + suffix };
  const hint = (ask.workload.requests["cpu"] ?? 0) >= 1e9 ? " (CPU request >= 1 Million, m vs M typo?)" : "";
  const { code, text } = verdictOf(flags);
  return { layer: "instance-types", code, text: text + suffix + (code === "none-fit" ? hint : "") };
}

function keptRows(session: Session, pool: Pool, set: SetId) {
  return andInto(
    rowsWithinLimits(pool.room.rows, pool.limits, session.table.catalogue),
    session.table.select(set).rows,
  );
}

function flagsOf(
  { table }: Session,
  pool: Pool,
  ask: { readonly groups: readonly DaemonGroup[]; readonly set: SetId; readonly total: Float64Array },
): Flags {
  const { met, offered } = table.select(ask.set);
  const within = rowsWithinLimits(pool.template.rows, pool.limits, table.catalogue);
  const seen = new Set<number>();
  for (const { rows } of ask.groups) {
    for (const row of membersOf(andInto(rows.slice(), within))) {
      let passed = hasBit(met, row) ? isMet : 0;
      if (hasBit(offered, row)) passed |= isOffered | (fitsRow(pool, row, ask.total) ? isFitting : 0);
      seen.add(passed);
    }
  }
  const some = (tests: number): boolean => [...seen].some((passed) => (passed & tests) === tests);
  return {
    met: some(isMet),
    fits: some(isFitting),
    offered: some(isOffered),
    fitsAndOffered: seen.has(isFitting | isOffered),
    metAndOffered: seen.has(isMet | isOffered),
    all: some(isMet | isFitting | isOffered),
  };
}

/** A type that its daemons alone fill holds nothing. */
function fitsRow({ room }: Pool, row: number, total: Float64Array): boolean {
  if (!hasBit(room.rows, row)) return false;
  return total.every((amount, place) => amount === 0 || amount <= (room.room[place]?.[row] ?? 0));
}

interface Verdict {
  readonly code: string;
  readonly text: string;
  readonly holds: (flags: Flags) => boolean;
}

/** In the order of scheduling 4.6; the rows of its table that cannot occur (fits imply an offering) are left out. */
const verdicts: readonly Verdict[] = [
  {
    code: "none-met-fit-offered",
    text: "no instance type met the scheduling requirements or had enough resources or had a required offering",
    holds: ({ met, fits, offered }) => !met && !fits && !offered,
  },
  {
    code: "none-met-fit",
    text: "no instance type met the scheduling requirements or had enough resources",
    holds: ({ met, fits }) => !met && !fits,
  },
  {
    code: "none-fit-offered",
    text: "no instance type had enough resources or had a required offering",
    holds: ({ fits, offered }) => !fits && !offered,
  },
  { code: "none-met", text: "no instance type met all requirements", holds: ({ met }) => !met },
  { code: "none-fit", text: "no instance type has enough resources", holds: ({ fits }) => !fits },
  {
    code: "some-not-met",
    text: "no instance type which had enough resources and the required offering met the scheduling requirements",
    holds: ({ fitsAndOffered }) => fitsAndOffered,
  },
  {
    code: "some-not-fit",
    text: "no instance type which met the scheduling requirements and the required offering had the required resources",
    holds: ({ metAndOffered }) => metAndOffered,
  },
];

const noTuple: Pick<Verdict, "code" | "text"> = {
  code: "none-all",
  text: "no instance type met the requirements/resources/offering tuple",
};

const verdictOf = (flags: Flags): Pick<Verdict, "code" | "text"> =>
  verdicts.find(({ holds }) => holds(flags)) ?? noTuple;

/** Pod and daemons together as compact JSON; with several overheads the least and the most (scheduling 4.6). */
function totalsText(groups: readonly DaemonGroup[], requests: Resources): string {
  const overheads = groups.filter(({ daemons }) => daemons.length > 0).map(({ overhead }) => overhead);
  const texts = new Set(overheads.map((overhead) => jsonOf(addResources(requests, overhead))));
  if (texts.size === 0) return jsonOf(requests);
  if (texts.size === 1 && overheads.length === groups.length) return [...texts][0] ?? "";
  const least = addResources(requests, minResources(overheads));
  const most = addResources(requests, overheads.reduce(maxResources));
  return texts.size === 1 ? jsonOf(least) : `min=${jsonOf(least)}, max=${jsonOf(most)}`;
}

const jsonOf = (resources: Resources): string => JSON.stringify(formatResources(resources));
