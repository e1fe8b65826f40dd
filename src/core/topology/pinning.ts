import { labels as labelKeys } from "../../api/index.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { count, type TopologyGroup } from "./groups.ts";
import type { NodeFacts } from "./node-facts.ts";
import { allowsDomain, type TopologyView } from "./topology.ts";

/** One value for each topology key (host names aside) that binds a pod. */
export type Pin = ReadonlyMap<string, string>;

export interface PinOffer {
  /** Place of its pools in the order of weights: heavier ones come first at any price. */
  readonly tier: number;
  /** What one pod costs there, USD an hour. */
  readonly price: number;
}

export interface PinRequest {
  readonly view: TopologyView;
  readonly strict: Requirements;
  /** The best new machine for the pod under the pin so far; undefined where none can be had. */
  readonly offerFor: (pin: Pin) => PinOffer | undefined;
  /** Keys to settle even though no constraint binds the pod there: others wait to follow it. */
  readonly alsoSettle: ReadonlySet<string>;
  /** Of these, keys on which those others must spread: the pods had better be everywhere, not where it is cheapest. */
  readonly settleEvenly: ReadonlySet<string>;
}

/**
 * Domains for the next pod: for each key the valid one with the fewest pods, then the cheapest, then the first by name.
 * Unlike upstream all constraints on one key are put together before one is chosen (scheduling 11.2 item 51), and pods of
 * anti-affinity settle at once instead of blocking every domain they might take (item 16).
 */
export function choosePin(request: PinRequest): Pin | undefined {
  const keys = [...new Set([...request.view.binding.map(({ term }) => term.key), ...request.alsoSettle])]
    .filter((key) => key !== labelKeys.hostname)
    .sort();
  return settle(request, keys, new Map());
}

function settle(request: PinRequest, keys: readonly string[], pin: Pin): Pin | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return request.offerFor(pin) === undefined ? undefined : pin;
  for (const domain of candidates(request, key, pin)) {
    const settled = settle(request, rest, new Map(pin).set(key, domain));
    if (settled !== undefined) return settled;
  }
  return undefined;
}

function candidates(request: PinRequest, key: string, pin: Pin): readonly string[] {
  const groups = request.view.binding.filter(({ term }) => term.key === key);
  const compared = request.settleEvenly.has(key)
    ? request.view.counted.filter(({ term }) => term.key === key)
    : groups.filter(({ term }) => term.kind === "spread");
  const known = new Set(
    groups.length > 0 ? groups.flatMap(({ counts }) => [...counts.keys()]) : knownDomains(request, key),
  );
  const beside = spreadsBeside(request, key);
  return [...known]
    .filter((domain) =>
      groups.every((group) => (group.inverse || group.counts.has(domain)) && allowsDomain(group, domain, request)),
    )
    .flatMap((domain) => {
      const offer = request.offerFor(new Map(pin).set(key, domain));
      if (offer === undefined) return [];
      return [
        {
          domain,
          pods: podsIn(compared, domain),
          choices: beside.length === 0 ? 0 : choicesBeside(request, beside, { key, domain }),
          ...offer,
        },
      ];
    })
    .sort(
      (a, b) =>
        a.tier - b.tier ||
        a.pods - b.pods ||
        a.choices - b.choices ||
        a.price - b.price ||
        (a.domain < b.domain ? -1 : 1),
    )
    .map(({ domain }) => domain);
}

/** Other keys that the pod must spread over. */
const spreadsBeside = ({ view }: PinRequest, key: string): readonly TopologyGroup[] =>
  view.owned.filter(({ term }) => term.kind === "spread" && term.key !== key && term.key !== labelKeys.hostname);

/**
 * How many domains of the other keys can be had together with this one. Of equals the one that goes together with fewest is
 * taken while it can be: taken last, it may clash with what is due on the other key.
 */
function choicesBeside(
  request: PinRequest,
  beside: readonly TopologyGroup[],
  { key, domain }: { readonly key: string; readonly domain: string },
): number {
  let choices = 0;
  for (const { term, counts } of beside) {
    for (const other of counts.keys()) {
      // In the order of keys that `choosePin` asks in, so that answers are shared.
      const own = [key, domain] as const;
      const pair = key < term.key ? [own, [term.key, other] as const] : [[term.key, other] as const, own];
      if (request.offerFor(new Map(pair)) !== undefined) choices++;
    }
  }
  return choices;
}

const knownDomains = ({ view }: PinRequest, key: string): readonly string[] =>
  view.counted.filter(({ term }) => term.key === key).flatMap(({ counts }) => [...counts.keys()]);

function podsIn(groups: readonly TopologyGroup[], domain: string): number {
  let pods = 0;
  for (const { counts } of groups) pods += counts.get(domain) ?? 0;
  return pods;
}

/** Pods of the view are bound for the pinned domains of a machine; negative takes them back. */
export function countPinned(
  view: TopologyView,
  at: { readonly pin: Pin; readonly machine: NodeFacts },
  pods: number,
): void {
  for (const group of view.counted) if (group.countsNode(at.machine)) countDomain(group, at.pin, pods);
  for (const group of view.repels) countDomain(group, at.pin, pods);
}

function countDomain(group: TopologyGroup, pin: Pin, pods: number): void {
  const domain = pin.get(group.term.key);
  if (domain !== undefined) count(group, domain, pods);
}
