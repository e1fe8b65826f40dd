import {
  annotations,
  conditionTypes,
  isConditionTrue,
  type Node,
  parseTimestamp,
  type Pod,
} from "../../../src/api/index.ts";
import { nodePools } from "../manifests.ts";
import { isDeleting, isMarked, type Picture, poolOf } from "./picture.ts";
import type { Report } from "./violation.ts";

/** What the controller decided on may be older than what others did in between. */
const decisionMilliseconds = 20_000;
const budgets = new Map(
  nodePools.map(({ metadata, spec }) => [metadata.name ?? "", spec.disruption?.budgets?.[0]?.nodes ?? "10%"]),
);

const allowed = (pool: string, nodes: number): number => {
  const text = budgets.get(pool) ?? "0";
  return text.endsWith("%") ? Math.ceil((nodes * Number.parseInt(text)) / 100) : Number.parseInt(text);
};

/** Nodes that the controller gives up of its own will: within budgets, and none with a pod that says no. */
export function checkDisruptions(deps: {
  readonly picture: Picture;
  readonly clock: { monotonic(): number; now(): number };
  readonly report: Report;
  readonly onVoluntary: (node: Node) => void;
}): void {
  const { picture, clock, report } = deps;
  const beganAt = new Map<string, number>();

  const begin = (name: string): void => void beganAt.set(name, beganAt.get(name) ?? clock.monotonic());
  const onVoluntary = (node: Node): void => {
    const pool = poolOf(node);
    // A node whose machine is being terminated counts no more (lifecycle 3.4).
    const fellow = [...picture.nodes.values()].filter(
      (other) => poolOf(other) === pool && !isTerminating(picture, other),
    );
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
    for (const key of picture.podsOn(node.metadata.name ?? "")) {
      const pod = picture.pods.get(key);
      if (pod !== undefined && isGuarded(pod, clock.now()))
        report("guarded-pod-disrupted", `pod/${key}`, `node/${node.metadata.name} is given up under it`);
    }
    // A machine that is broken is no loss.
    if (picture.machines.get(node.spec.providerID ?? "")?.failed !== true) deps.onVoluntary(node);
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
  });
}

function isTerminating(picture: Picture, node: Node): boolean {
  const owner = picture.claims.get(picture.owners.get(node.spec.providerID ?? "") ?? "");
  return owner !== undefined && isConditionTrue(owner, conditionTypes.instanceTerminating);
}

/** Nobody has asked for the node's end. */
function isOwnWill(picture: Picture, node: Node): boolean {
  const owner = picture.claims.get(picture.owners.get(node.spec.providerID ?? "") ?? "");
  if (isDeleting(node) || owner === undefined || isDeleting(owner)) return false;
  return isConditionTrue(owner, conditionTypes.initialized);
}

/** `karpenter.sh/do-not-disrupt` with a time that is not over, and that was known when the decision was made. */
function isGuarded(pod: Pod, now: number): boolean {
  const text = pod.metadata.annotations?.[annotations.doNotDisrupt];
  const started = parseTimestamp(pod.status?.startTime ?? "");
  if (text === undefined || started === undefined || isDeleting(pod)) return false;
  return now - started > decisionMilliseconds && now - started < Number.parseInt(text) * 60_000 - decisionMilliseconds;
}
