import { conditionTypes, getCondition, type Node, type Pod } from "../../../src/api/index.ts";
import { isDeleting, isMarked, isWorkload, offeringOf, type Picture } from "./picture.ts";
import type { Report } from "./violation.ts";

/** A machine bought back this soon was given up for nothing. */
const regretMilliseconds = 10 * 60_000;
/** What was decided then may have been decided on a picture so old. */
const decisionMilliseconds = 20_000;
/** A pod is made in place of one that goes at once. */
const successionMilliseconds = 10_000;
/** From its first pod on, a new machine takes those that it was bought for within this time. */
const fillMilliseconds = 60_000;

/** A machine that was given up of the controller's own will. */
interface Given {
  readonly at: number;
  /** Of the pods that it held, and of those that waited without a node at that moment. */
  readonly apps: ReadonlySet<string>;
}

/** A machine of an offering that was given up a moment ago. */
interface Suspect {
  readonly given: Given;
  readonly launchedAt: number;
  readonly offering: string;
  readonly apps: Set<string>;
  firstPodAt: number;
}

/**
 * A cycle: a machine is given up, one of the same offering is launched within ten minutes, all that comes to run on it are
 * pods that were moved off the first (or that waited already), and nothing else was asked for between decision and launch.
 */
export function checkCycles(deps: {
  readonly picture: Picture;
  readonly clock: { monotonic(): number };
  readonly report: Report;
}): { readonly onVoluntary: (node: Node) => void; readonly check: () => void } {
  const { picture, clock, report } = deps;
  const given = new Map<string, Given>();
  /** By provider id, in order of launch. */
  const suspects = new Map<string, Suspect>();
  const demand = watchDemand(deps);

  const isChurn = ({ given: before, launchedAt, apps }: Suspect): boolean => {
    const rose = demand.roseAt();
    const isAsked = rose !== undefined && rose >= before.at - decisionMilliseconds && rose <= launchedAt;
    return !isAsked && apps.size > 0 && [...apps].every((app) => before.apps.has(app));
  };
  const check = (): void => {
    const now = clock.monotonic();
    for (const [id, suspect] of suspects) {
      if (now - suspect.firstPodAt <= fillMilliseconds) continue;
      if (suspect.firstPodAt === Number.POSITIVE_INFINITY) continue;
      suspects.delete(id);
      if (!isChurn(suspect)) continue;
      const apps = [...suspect.apps].sort().join(", ");
      const passed = suspect.launchedAt - suspect.given.at;
      report(
        "cycle",
        id,
        `${suspect.offering} was given up ${passed} ms before its launch, for the same pods of ${apps}`,
      );
    }
  };
  picture.listen({
    node: ({ previous, next }) => {
      if (next === undefined || !isDeleting(next) || (previous !== undefined && isDeleting(previous))) return;
      if (!demand.isOwnWill(next.metadata.name ?? "") || !isForMoney(picture, next)) return;
      given.set(offeringOf(next.metadata.labels ?? {}), { at: clock.monotonic(), apps: appsConcerned(picture, next) });
    },
    machine: (machine, previous) => {
      if (machine.state === "terminated") suspects.delete(machine.providerId);
      if (previous !== undefined) return;
      const offering = offeringOf(machine.labels, machine);
      const before = given.get(offering);
      const launchedAt = clock.monotonic();
      if (before === undefined || launchedAt - before.at >= regretMilliseconds) return;
      const firstPodAt = Number.POSITIVE_INFINITY;
      suspects.set(machine.providerId, { given: before, launchedAt, offering, apps: new Set(), firstPodAt });
    },
    pod: ({ previous, next }) => {
      const name = next?.spec.nodeName;
      if (next === undefined || name === undefined || previous?.spec.nodeName !== undefined) return;
      const suspect = suspects.get(picture.nodes.get(name)?.spec.providerID ?? "");
      if (suspect === undefined || !isWorkload(next)) return;
      suspect.apps.add(appOf(next));
      suspect.firstPodAt = Math.min(suspect.firstPodAt, clock.monotonic());
    },
  });
  return { onVoluntary: (node) => demand.moves(node.metadata.name ?? ""), check };
}

/** Drift and the like replace a machine by the same on purpose. */
function isForMoney(picture: Picture, node: Node): boolean {
  const claim = picture.claims.get(picture.owners.get(node.spec.providerID ?? "") ?? "");
  const reason = claim === undefined ? undefined : getCondition(claim, conditionTypes.disruptionReason)?.reason;
  return reason === "Underutilized" || reason === "Empty";
}

function appsConcerned(picture: Picture, node: Node): ReadonlySet<string> {
  const held = [...picture.podsOn(node.metadata.name ?? "")].flatMap((key) => picture.pods.get(key) ?? []);
  const waiting = [...picture.pods.values()].filter(({ spec }) => spec.nodeName === undefined);
  return new Set([...held, ...waiting].filter((pod) => isWorkload(pod) && !isDeleting(pod)).map(appOf));
}

/**
 * When something was asked for last: a pod that stands in for none that the controller moved. A scaling, a rollout and a
 * machine that was lost all make such pods.
 */
function watchDemand({ picture, clock }: { readonly picture: Picture; readonly clock: { monotonic(): number } }) {
  const moving = new Set<string>();
  /** By app, when each of its pods was moved that nothing stands in for yet. */
  const owed = new Map<string, number[]>();
  let rose: number | undefined;
  const isMoved = ({ spec }: Pod): boolean => moving.has(spec.nodeName ?? "");
  picture.listen({
    node: ({ key, next }) => {
      if (next === undefined || !isMarked(next)) moving.delete(key);
    },
    pod: ({ previous, next }) => {
      const pod = next ?? previous;
      if (pod === undefined || !isWorkload(pod)) return;
      const now = clock.monotonic();
      const app = appOf(pod);
      if (previous === undefined) {
        const fresh = (owed.get(app) ?? []).filter((at) => now - at <= successionMilliseconds);
        if (fresh.shift() === undefined) rose = now;
        owed.set(app, fresh);
      } else if (isMoved(previous) && !isDeleting(previous) && (next === undefined || isDeleting(next)))
        owed.set(app, [...(owed.get(app) ?? []), now]);
    },
  });
  return {
    roseAt: () => rose,
    moves: (node: string) => void moving.add(node),
    isOwnWill: (node: string) => moving.has(node),
  };
}

const appOf = (pod: Pod): string => pod.metadata.labels?.["app"] ?? "";
