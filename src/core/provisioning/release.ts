/**
 * Domains are chosen before machines are opened. Where limits then keep machines from some pods, others may stand where they
 * cannot run: without the company that was promised them, or too many for how few are elsewhere.
 */
import { labels as labelKeys } from "../../api/index.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { Resumable } from "../resumable.ts";
import { count, type TopologyGroup } from "../topology/groups.ts";
import { leastCount, type TopologyView } from "../topology/topology.ts";
import { addNeed, type Claim, type Share } from "./claim.ts";
import { machineFacts } from "./claim-hosts.ts";
import { keysToSettle } from "./pin-demands.ts";
import { takeBack } from "./place-on-nodes.ts";
import { type Session, waiting } from "./session.ts";
import { solve } from "./solve.ts";
import type { Workload } from "./workload.ts";

/** Takes such pods off their machines again and looks for other places for them, as long as that helps. Yields work done. */
export function* keepHeld(session: Session): Resumable<void> {
  for (let attempt = 0; releaseUnheld(session) && attempt < mostAttempts; attempt++) yield* solve(session);
}

/** The last one takes away and looks no further. */
const mostAttempts = 2;

/**
 * Takes such pods off their machines, so that they wait; says whether there were any. Claims may be empty afterwards. Without
 * limits nothing that was promised is left over.
 */
function releaseUnheld(session: Session): boolean {
  if (session.pools.every(({ limits }) => limits.remaining === undefined)) return false;
  if (session.workloads.every((workload) => waiting(session, workload) === 0)) return false;
  let released = false;
  for (let unheld = firstUnheld(session); unheld !== undefined; unheld = firstUnheld(session)) {
    unheld.release();
    renumber(session, unheld.workload);
    released = true;
  }
  return released;
}

interface Unheld {
  readonly workload: Workload;
  readonly release: () => void;
}

function firstUnheld(session: Session): Unheld | undefined {
  const cut = cutGroups(session);
  for (const claim of session.claims) {
    const requirements = session.table.requirements(claim.set);
    for (const share of claim.contents) {
      const pods = unheldOf(share, cut, (key) => singleValueOf(requirements.get(key)));
      const { workload } = share;
      if (pods > 0) return { workload, release: () => takeOff(session, claim, { share, pods }) };
    }
  }
  return unheldOnNodes(session, cut);
}

/** Spread of pods some of which were left over: of others no count has gone down. */
const cutGroups = (session: Session): ReadonlySet<TopologyGroup> =>
  new Set(
    session.workloads
      .filter((workload) => waiting(session, workload) > 0)
      .flatMap(({ stages: [first] }) => first?.topology.owned ?? [])
      .filter(({ term }) => term.kind === "spread"),
  );

function unheldOnNodes(session: Session, cut: ReadonlySet<TopologyGroup>): Unheld | undefined {
  for (const placement of session.nominated) {
    const { stage, count: placed, workload, node } = placement;
    const labels =
      stage === undefined ? undefined : session.nodes.slots.find(({ state }) => state.name === node)?.state.labels;
    if (stage === undefined || labels === undefined) continue;
    const pods = unheldOf({ stage, count: placed }, cut, (key) => labels[key]);
    if (pods > 0) return { workload, release: () => takeBack(session, placement, pods) };
  }
  return undefined;
}

/** How many of the pods must go from where they are. */
function unheldOf(
  { stage, count: pods }: Pick<Share, "stage" | "count">,
  cut: ReadonlySet<TopologyGroup>,
  domainOf: (key: string) => string | undefined,
): number {
  const most = stage.topology.owned.reduce((sum, group) => {
    const { key, kind, required, maxSkew } = group.term;
    const domain = key === labelKeys.hostname || !required ? undefined : domainOf(key);
    if (domain === undefined || kind === "anti-affinity") return sum;
    const here = group.counts.get(domain) ?? 0;
    if (kind === "affinity") return here > 0 ? sum : pods;
    return cut.has(group) ? Math.max(sum, here - leastCount(group, stage.strict) - maxSkew) : sum;
  }, 0);
  return Math.min(most, pods);
}

function takeOff(
  session: Session,
  claim: Claim,
  { share, pods }: { readonly share: Share; readonly pods: number },
): void {
  const { workload, stage } = share;
  const rest = share.count > pods ? [{ ...share, count: share.count - pods }] : [];
  claim.contents.splice(claim.contents.indexOf(share), 1, ...rest);
  claim.podCount -= pods;
  addNeed(claim.total, workload.need, -pods);
  claim.ports.length = 0;
  for (const each of claim.contents) claim.ports.push(...each.workload.ports);
  countAway(session, claim, { topology: stage.topology, pods });
  session.placed[workload.index] = (session.placed[workload.index] ?? 0) - pods;
}

/** Where they were counted when their domains and hosts were chosen. */
function countAway(
  { table }: Session,
  { set, pool, host }: Claim,
  { topology, pods }: { readonly topology: TopologyView; readonly pods: number },
): void {
  const requirements = table.requirements(set);
  const machine = machineFacts(pool.template, requirements, host);
  const chosen = new Set([...topology.binding.map(({ term }) => term.key), ...keysToSettle(topology)]);
  const take = (group: TopologyGroup): void => {
    const { key } = group.term;
    const domain = key === labelKeys.hostname ? host : singleValueOf(requirements.get(key));
    if (domain !== undefined && (key === labelKeys.hostname || chosen.has(key))) count(group, domain, -pods);
  };
  for (const group of topology.counted) if (isHost(group) || group.countsNode(machine)) take(group);
  for (const group of topology.repels) take(group);
}

const isHost = ({ term }: TopologyGroup): boolean => term.key === labelKeys.hostname;

/** Pods of a workload are alike: those that have a place are its first ones, whichever they were. */
function renumber(session: Session, workload: Workload): void {
  let from = 0;
  session.nominated.forEach((placement, i) => {
    if (placement.workload !== workload) return;
    session.nominated[i] = { ...placement, from };
    from += placement.count;
  });
  for (const { contents } of session.claims) {
    contents.forEach((share, i) => {
      if (share.workload !== workload) return;
      contents[i] = { ...share, from };
      from += share.count;
    });
  }
}
