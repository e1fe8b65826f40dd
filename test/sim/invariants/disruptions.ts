import { conditionTypes, isConditionTrue, labels, type Node, type Pod, taints } from "../../../src/api/index.ts";
import { nodePools } from "../manifests.ts";
import { isDeleting, isWorkload, type Picture, poolOf } from "./picture.ts";
import type { Report } from "./violation.ts";

/** What the controller decided on may be older than what others did in between. */
const decisionMilliseconds = 20_000;
/** A machine bought back this soon, with nothing new in between, was given up for nothing. */
const regretMilliseconds = 10 * 60_000;

const isMarked = (node: Node | undefined): boolean =>
  node?.spec.taints?.some(({ key }) => key === taints.disrupted.key) ?? false;

const budgets = new Map(
  nodePools.map(({ metadata, spec }) => [metadata.name ?? "", spec.disruption?.budgets?.[0]?.nodes ?? "10%"]),
);

const allowed = (pool: string, nodes: number): number => {
  const text = budgets.get(pool) ?? "0";
  return text.endsWith("%") ? Math.ceil((nodes * Number.parseInt(text)) / 100) : Number.parseInt(text);
};

/** Nodes that the controller gives up of its own will: within budgets, and not to be bought again at once. */
export function checkDisruptions(deps: {
  readonly picture: Picture;
  readonly clock: { monotonic(): number };
  readonly report: Report;
}): void {
  const { picture, clock, report } = deps;
  const beganAt = new Map<string, number>();
  /** What was given up, with the apps whose pods had to move, by offering. */
  const given = new Map<string, { readonly at: number; readonly apps: ReadonlySet<string> }>();

  const begin = (name: string): void => void beganAt.set(name, beganAt.get(name) ?? clock.monotonic());
  const onVoluntary = (node: Node): void => {
    const pool = poolOf(node);
    const fellow = [...picture.nodes.values()].filter((other) => poolOf(other) === pool);
    const disrupting = fellow.filter((other) => {
      const name = other.metadata.name ?? "";
      if (!isMarked(other) && !isDeleting(other)) return false;
      // One that began by another's hand a moment ago may not have been known to the decision.
      const isOwn = !isDeleting(other);
      return isOwn || clock.monotonic() - (beganAt.get(name) ?? 0) > decisionMilliseconds;
    }).length;
    const most = allowed(pool, fellow.length);
    if (disrupting > most)
      report(
        "budget-exceeded",
        `node/${node.metadata.name}`,
        `${disrupting} of ${fellow.length} nodes, ${most} allowed`,
      );
    // A machine that is broken is no loss.
    if (picture.machines.get(node.spec.providerID ?? "")?.failed === true) return;
    const held = [...picture.podsOn(node.metadata.name ?? "")].flatMap((key) => picture.pods.get(key) ?? []);
    const moving = held.filter((pod) => isWorkload(pod) && !isDeleting(pod));
    given.set(offeringOf(node.metadata.labels ?? {}), { at: clock.monotonic(), apps: new Set(moving.map(appOf)) });
  };

  picture.listen({
    node: ({ key, previous, next }) => {
      if (next === undefined) {
        beganAt.delete(key);
        return;
      }
      if (isDeleting(next)) begin(key);
      if (!isMarked(next) || isMarked(previous)) return;
      begin(key);
      if (isOwnWill(picture, next)) onVoluntary(next);
    },
    machine: (machine, previous) => {
      if (previous !== undefined) return;
      const { instanceType, zone, capacityType } = machine;
      const pool = machine.labels[labels.nodePool] ?? "";
      const before = given.get([pool, instanceType, zone, capacityType].join(" "));
      const passed = clock.monotonic() - (before?.at ?? Number.NEGATIVE_INFINITY);
      if (passed < regretMilliseconds)
        report("cycle", machine.providerId, `${instanceType} in ${zone} was given up ${passed} ms ago`);
    },
    pod: ({ previous, next }) => {
      if (previous !== undefined || next === undefined || !isWorkload(next)) return;
      // A pod that did not move from there is a wish that nobody could know of.
      for (const [offering, { apps }] of given) if (!apps.has(appOf(next))) given.delete(offering);
    },
  });
}

/** Nobody has asked for the node's end. */
function isOwnWill(picture: Picture, node: Node): boolean {
  const owner = picture.claims.get(picture.owners.get(node.spec.providerID ?? "") ?? "");
  if (isDeleting(node) || owner === undefined || isDeleting(owner)) return false;
  return isConditionTrue(owner, conditionTypes.initialized);
}

const appOf = (pod: Pod): string => pod.metadata.labels?.["app"] ?? "";

const offeringOf = (all: Readonly<Record<string, string>>): string =>
  [labels.nodePool, labels.instanceType, labels.zone, labels.capacityType].map((key) => all[key] ?? "").join(" ");
