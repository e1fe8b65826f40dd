/** Which domains topology leaves a candidate, and what a placement changes (scheduling 5.5, 5.6). Ties go to the lowest name. */
import { labels as labelKeys, type Pod, type Taint } from "../../api/index.ts";
import { hasValue, type Requirement, requirementIn, type Requirements } from "../requirements/requirement.ts";
import { intersectRequirement } from "../requirements/intersect.ts";
import { requirementFor } from "../requirements/requirements.ts";
import { countIn, type Group, type GroupView } from "./topology-groups.ts";

/** A node, or a claim open or prospective, as topology sees it. */
export interface Candidate {
  readonly requirements: Requirements;
  readonly host: string;
  readonly taints: readonly Taint[];
  /** Which of domains that tie in a group comes first; a node has one domain, and needs none. */
  readonly firstOf?: (tied: readonly string[], group: Group) => string | undefined;
}

export interface TopologyAsk {
  readonly pod: Pod;
  /** What the pod itself asks of labels, preferences left out. */
  readonly strict: Requirements;
  /** Forward groups that it owns and inverse groups that match it. */
  readonly binding: readonly Group[];
}

export type DomainChoice =
  | { readonly ok: true; readonly requirements: Requirements }
  | { readonly ok: false; readonly group: Group };

/** What all groups together leave, as requirements to narrow the candidate by; each group sees it as it was before. */
export function chooseDomains(ask: TopologyAsk, candidate: Candidate): DomainChoice {
  const chosen = new Map<string, Requirement>();
  for (const group of ask.binding) {
    const left = leftBy(group, ask, candidate);
    if (left === undefined) return { ok: false, group };
    if (group.term.key === labelKeys.hostname) continue;
    const other = chosen.get(left.key);
    chosen.set(left.key, other === undefined ? left : intersectRequirement(other, left));
  }
  return { ok: true, requirements: chosen };
}

export const podDomainsOf = ({ term }: Group, { strict }: Pick<TopologyAsk, "strict">): Requirement =>
  requirementFor(strict, term.key);

export const nodeDomainsOf = ({ term }: Group, { requirements, host }: Candidate): Requirement =>
  term.key === labelKeys.hostname ? requirementIn(term.key, host) : requirementFor(requirements, term.key);

function leftBy(group: Group, ask: TopologyAsk, candidate: Candidate): Requirement | undefined {
  const { kind, key } = group.term;
  const domains =
    key === labelKeys.hostname
      ? allowsHost(group, ask, candidate.host)
        ? [candidate.host]
        : []
      : kind === "spread"
        ? leastUsed(group, ask, candidate)
        : kind === "affinity" && !group.inverse
          ? withCompany(group, ask, candidate)
          : empty(group, ask, candidate);
  return domains.length === 0 ? undefined : requirementIn(key, ...domains);
}

/** A candidate is always one host. */
function allowsHost(group: Group, ask: TopologyAsk, host: string): boolean {
  const { term, domains } = group;
  const here = domains.get(host) ?? 0;
  if (term.kind === "spread") return here + selfCount(group, ask) <= term.maxSkew;
  if (term.kind === "affinity" && !group.inverse)
    return hasValue(podDomainsOf(group, ask), host) && (here > 0 || mayStart(group, ask));
  return here === 0;
}

/** The host has as many pods as spread or anti-affinity allow, and will not have fewer. */
export function isHostFull(ask: TopologyAsk, host: string): boolean {
  for (const group of ask.binding) {
    const { key, kind } = group.term;
    if (key !== labelKeys.hostname || (kind === "affinity" && !group.inverse)) continue;
    if (!allowsHost(group, ask, host)) return true;
  }
  return false;
}

const selfCount = (group: Group, { pod }: TopologyAsk): number => (group.matches(pod) ? 1 : 0);

/** The valid domain with the fewest pods: one, even where the candidate could serve several. */
function leastUsed(group: Group, ask: TopologyAsk, candidate: Candidate): readonly string[] {
  const own = podDomainsOf(group, ask);
  const open = nodeDomainsOf(group, candidate);
  const floor = leastCount(group, own);
  const self = selfCount(group, ask);
  let least: readonly string[] = [];
  let leastPods = Infinity;
  for (const [domain, pods] of group.domains) {
    if (!hasValue(open, domain) || pods + self - floor > group.term.maxSkew || pods > leastPods) continue;
    least = pods < leastPods ? [domain] : [...least, domain];
    leastPods = pods;
  }
  return firstOfTied(group, candidate, least);
}

/** One of them, or none where there is none. */
function firstOfTied(group: Group, { firstOf }: Candidate, tied: readonly string[]): readonly string[] {
  if (tied.length < 2) return tied;
  const first = firstOf === undefined ? tied.toSorted()[0] : firstOf(tied, group);
  return first === undefined ? [] : [first];
}

function leastCount({ domains, term }: Group, own: Requirement): number {
  let least = Infinity;
  let eligible = 0;
  for (const [domain, pods] of domains) {
    if (!hasValue(own, domain)) continue;
    eligible++;
    least = Math.min(least, pods);
  }
  return eligible === 0 || eligible < (term.minDomains ?? 0) ? 0 : least;
}

function withCompany(group: Group, ask: TopologyAsk, candidate: Candidate): readonly string[] {
  const own = podDomainsOf(group, ask);
  const open = nodeDomainsOf(group, candidate);
  const known = [...group.domains.keys()].filter((domain) => hasValue(own, domain)).sort();
  const shared = known.filter((domain) => hasValue(open, domain));
  const settled = shared.filter((domain) => (group.domains.get(domain) ?? 0) > 0);
  if (settled.length > 0 || !mayStart(group, ask)) return settled;
  // The reference adds one domain of the candidate's and one of the pod's, which may differ.
  return [...new Set([...firstOfTied(group, candidate, shared), ...firstOfTied(group, candidate, known)])];
}

/** The first of pods that want each other's company. */
function mayStart(group: Group, ask: TopologyAsk): boolean {
  if (!group.matches(ask.pod)) return false;
  const own = podDomainsOf(group, ask);
  for (const [domain, pods] of group.domains) if (pods > 0 && hasValue(own, domain)) return false;
  return true;
}

function empty(group: Group, ask: TopologyAsk, candidate: Candidate): readonly string[] {
  const own = podDomainsOf(group, ask);
  const open = nodeDomainsOf(group, candidate);
  return [...group.domains]
    .filter(([domain, pods]) => pods === 0 && hasValue(own, domain) && hasValue(open, domain))
    .map(([domain]) => domain);
}

/**
 * Counts a pod just put on the candidate, whose requirements are narrowed already. Spread and affinity count it only where
 * the domain is settled; anti-affinity blocks every domain that is still open.
 */
export function recordPlacement(view: GroupView, counted: readonly Group[], candidate: Candidate): void {
  for (const group of counted) {
    if (!group.counts(candidate.requirements, candidate.taints)) continue;
    const values = listedValues(group, candidate);
    if (group.term.kind !== "anti-affinity" && values.length !== 1) continue;
    for (const value of values) countIn(group, value, 1);
  }
  for (const group of view.repels) for (const value of listedValues(group, candidate)) countIn(group, value, 1);
}

function listedValues(group: Group, candidate: Candidate): readonly string[] {
  const open = nodeDomainsOf(group, candidate);
  return open.complement ? [] : [...open.values];
}
