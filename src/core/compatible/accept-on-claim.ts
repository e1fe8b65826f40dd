/** Whether a claim, open or prospective, takes one pod more, and what it becomes with it (scheduling 4.5). */
import { andInto, type BitSet, isEmptySet } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import { cheapestRow, type SetId } from "../catalogue/requirement-table.ts";
import { conflictingPorts } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { type Claim, dropPortConflicts, withNeed } from "../provisioning/claim.ts";
import type { Session } from "../provisioning/session.ts";
import { typesOf } from "../provisioning/template.ts";
import type { Stage, Workload } from "../provisioning/workload.ts";
import { relaxMinValues, satisfiesMinValues } from "../requirements/min-values.ts";
import { requirementIn } from "../requirements/requirement.ts";
import { requirementsOf } from "../requirements/requirements.ts";
import { type Candidate, chooseDomains, isHostFull, type TopologyAsk } from "./domain-choice.ts";
import type { Loop } from "./loop.ts";
import type { OpenClaim } from "./open-claim.ts";
import { firstOfTied, type Ties } from "./ties.ts";

export interface ClaimAsk extends TopologyAsk {
  readonly workload: Workload;
  readonly stage: Stage;
  /** BestEffort may lower minValues, but only while a claim is opened. */
  readonly opening: boolean;
}

export interface Acceptance {
  readonly set: SetId;
  readonly rows: BitSet;
  readonly held: ReadonlySet<string>;
}

/**
 * `never`: the claim can only narrow, so it will never take such a pod. `reserved`: there is reserved capacity for it, but
 * none to be had in this loop.
 */
export type ClaimRefusal = "never" | "for-now" | "reserved";

export function acceptOnClaim(
  { session, reservations, rules }: Pick<Loop, "session" | "reservations" | "rules">,
  { claim, held }: Pick<OpenClaim, "claim" | "held">,
  ask: ClaimAsk,
): Acceptance | ClaimRefusal {
  const { workload, stage } = ask;
  const own = isClosedTo(claim, ask) ? -1 : session.table.narrow(claim.set, stage.set);
  if (own < 0) return "never";
  let refusal: ClaimRefusal = "never";
  for (const volume of stage.volumeSets) {
    const set = session.table.narrow(own, volume);
    const rows = set < 0 ? undefined : rowsWith(session, claim, { workload, set });
    if (rows === undefined) continue;
    const found = settle(session, { claim, ask, set, rows, ties: rules.ties });
    if (found === undefined) {
      refusal = "for-now";
      continue;
    }
    const next = reservations.offer(claim.host, { held, ...found });
    if (next !== undefined) return { ...found, held: next };
    refusal = "reserved";
  }
  return refusal;
}

function isClosedTo({ pool, ports, host }: Claim, ask: ClaimAsk): boolean {
  if (!toleratesAll(pool.template.taints, ask.stage.tolerations)) return true;
  return conflictingPorts(ports, ask.workload.ports) !== undefined || isHostFull(ask, host);
}

interface Settling {
  readonly claim: Claim;
  readonly ask: ClaimAsk;
  readonly set: SetId;
  readonly rows: BitSet;
  readonly ties: Ties;
}

/** How ties between domains of a group go for a claim as it is. */
function firstOfTies(session: Session, at: Pick<Settling, "set" | "rows" | "ties">): NonNullable<Candidate["firstOf"]> {
  const { ties } = at;
  if (ties !== "cheapest") {
    return (tied, group) => {
      if (ties.prices?.differ === false) ties.prices.differ = differ(tied, pricesIn(session, at), group.term.key);
      return firstOfTied(tied, group, ties);
    };
  }
  return (tied, { term }) => cheapestOf(tied, pricesIn(session, at), term.key);
}

/** Domains that the claim cannot have any more are no choice. */
function differ(tied: readonly string[], priceIn: PriceIn, key: string): boolean {
  if (tied.length < 2) return false;
  let price: number | undefined;
  for (const domain of tied) {
    const own = priceIn(key, domain);
    if (own !== undefined && price !== undefined && own !== price) return true;
    price ??= own;
  }
  return false;
}

/** Undefined where the claim cannot be in the domain, infinite where nothing is sold there. */
type PriceIn = (key: string, domain: string) => number | undefined;

/** The cheapest, of equals the first by name. */
function cheapestOf(tied: readonly string[], priceIn: PriceIn, key: string): string | undefined {
  if (tied.length < 2) return tied[0];
  const priced = tied.map((domain) => ({ domain, price: priceIn(key, domain) ?? Infinity }));
  priced.sort((a, b) => (a.price === b.price ? (a.domain < b.domain ? -1 : 1) : a.price - b.price));
  return priced[0]?.domain;
}

const pricesIn =
  ({ table }: Session, { set, rows }: Pick<Settling, "set" | "rows">): PriceIn =>
  (key, domain) => {
    const narrowed = table.narrow(set, table.intern(requirementsOf([requirementIn(key, domain)])));
    if (narrowed < 0) return undefined;
    const { price } = table.select(narrowed);
    return price[cheapestRow(rows, price)] ?? Infinity;
  };

function settle(session: Session, { claim, ask, set, rows, ties }: Settling): Omit<Acceptance, "held"> | undefined {
  const { table } = session;
  let narrowed = { set, rows };
  if (ask.binding.length > 0) {
    const { host, pool } = claim;
    const choice = chooseDomains(ask, {
      requirements: table.requirements(set),
      host,
      taints: pool.template.taints,
      firstOf: firstOfTies(session, { set, rows, ties }),
    });
    if (!choice.ok) return undefined;
    const settled = table.narrow(set, table.intern(choice.requirements));
    const left = settled < 0 ? undefined : rowsWith(session, claim, { workload: ask.workload, set: settled });
    if (left === undefined) return undefined;
    narrowed = { set: settled, rows: left };
  }
  return flexible(session, claim, { ...narrowed, opening: ask.opening });
}

function rowsWith(
  { table }: Session,
  { rows: own, pool, total }: Claim,
  { workload, set }: { readonly workload: Workload; readonly set: SetId },
): BitSet | undefined {
  const rows = andInto(own.slice(), table.select(set).rows);
  dropPortConflicts(rows, pool.room, workload.ports);
  keepFitting(rows, pool.room.room, { total: withNeed(total, workload, 1), places: workload.need.places });
  return isEmptySet(rows) ? undefined : rows;
}

/** minValues hold, or are lowered to what is there (scheduling 3.7). */
function flexible(
  { table, options }: Session,
  { pool }: Claim,
  { set, rows, opening }: { readonly set: SetId; readonly rows: BitSet; readonly opening: boolean },
): Omit<Acceptance, "held"> | undefined {
  if (!pool.template.hasMinValues) return { set, rows };
  const requirements = table.requirements(set);
  const outcome = satisfiesMinValues(typesOf(table.catalogue, rows), requirements);
  if (outcome.ok) return { set, rows };
  if (!opening || options.minValuesPolicy === "Strict") return undefined;
  return { set: table.intern(relaxMinValues(requirements, outcome.achieved)), rows };
}
