import { conditionTypes, isConditionTrue, labels, type Node, taints } from "../../../src/api/index.ts";
import { nodePools } from "../manifests.ts";
import { isDeleting, type Picture, poolOf } from "./picture.ts";
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
}): {
  /** Something came from outside: what the controller gave up before may be wanted now. */
  readonly onOutside: () => void;
} {
  const { picture, clock, report } = deps;
  const beganAt = new Map<string, number>();
  let given = new Map<string, number>();

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
      report("budget-exceeded", `node/${node.metadata.name}`, `${disrupting} of ${fellow.length} nodes, ${most} allowed`);
    given.set(offeringOf(node.metadata.labels ?? {}), clock.monotonic());
  };

  picture.listen({
    node: ({ key, previous, next }) => {
      if (next === undefined) return void beganAt.delete(key);
      if (isDeleting(next)) begin(key);
      if (!isMarked(next) || isMarked(previous)) return;
      begin(key);
      const owner = picture.claims.get(picture.owners.get(next.spec.providerID ?? "") ?? "");
      const isAsked = isDeleting(next) || owner === undefined || isDeleting(owner);
      if (!isAsked && isConditionTrue(owner, conditionTypes.initialized)) onVoluntary(next);
    },
    machine: (machine, previous) => {
      if (previous !== undefined) return;
      const { instanceType, zone, capacityType } = machine;
      const pool = machine.labels[labels.nodePool] ?? "";
      const at = given.get([pool, instanceType, zone, capacityType].join(" "));
      if (at !== undefined && clock.monotonic() - at < regretMilliseconds)
        report("cycle", machine.providerId, `${instanceType} in ${zone} was given up ${clock.monotonic() - at} ms ago`);
    },
  });
  return { onOutside: () => void (given = new Map()) };
}

const offeringOf = (all: Readonly<Record<string, string>>): string =>
  [labels.nodePool, labels.instanceType, labels.zone, labels.capacityType].map((key) => all[key] ?? "").join(" ");
