/** What the main thread and the planning thread say to each other; plain data, so that it can be cloned between them. */
import type { Pod } from "../api/index.ts";
import {
  type ClusterEvent,
  type ClusterSnapshot,
  type EpochMillis,
  keyText,
  type Nomination,
  type PlannedClaim,
  type PoolView,
  type ProvisioningOptions,
  type ProvisioningPlan,
  type UnplacedPod,
} from "../core/index.ts";

/** Everything of the options that is data; the catalogue is each thread's own. */
export type SentOptions = Omit<ProvisioningOptions, "catalogueCache">;

export type ToThread =
  /** What happened since the last message; lists of instance types come whole, so that types shared by pools stay shared. */
  | { readonly type: "events"; readonly events: readonly ClusterEvent[] }
  | {
      readonly type: "plan";
      readonly id: number;
      readonly takenAt: EpochMillis;
      readonly options: SentOptions;
      /** Pods that are no objects of the API, behind those that are. */
      readonly virtual: readonly Pod[];
    }
  | { readonly type: "next"; readonly id: number }
  | { readonly type: "cancel"; readonly id: number };

export type FromThread =
  /** One piece on each request, so that the main thread never takes a whole plan at once. */
  | { readonly type: "piece"; readonly id: number; readonly piece: PlanPiece; readonly last: boolean }
  | { readonly type: "failed"; readonly id: number; readonly message: string };

/** Pods and pools are named, not sent: the main thread has them. */
export interface PlanPiece {
  readonly claims: readonly (Omit<PlannedClaim, "pods" | "pool"> & { readonly pods: readonly string[] })[];
  readonly nominations: readonly (Omit<Nomination, "pod"> & { readonly pod: string })[];
  readonly unplaced: readonly (Omit<UnplacedPod, "pod"> & { readonly pod: string })[];
  readonly rest?: PlanRest;
}

type PlanRest = Omit<ProvisioningPlan, "claims" | "nominations" | "unplaced" | "excludedPools" | "snapshotVersion"> & {
  readonly excludedPools?: readonly { readonly pool: string; readonly cause: "requirements" | "min-values" }[];
};

const claimsPerPiece = 100;
const podsPerPiece = 1000;

/** Takes a plan apart; the last piece holds what is not a list. */
export function* piecesOf(plan: ProvisioningPlan): Generator<PlanPiece> {
  const { claims, nominations, unplaced, excludedPools, snapshotVersion: _, ...rest } = plan;
  for (let at = 0; at < claims.length; at += claimsPerPiece) {
    const part = claims.slice(at, at + claimsPerPiece);
    yield { ...nothing, claims: part.map(({ pool: __, pods, ...claim }) => ({ ...claim, pods: pods.map(podKey) })) };
  }
  for (let at = 0; at < nominations.length; at += podsPerPiece) {
    const part = nominations.slice(at, at + podsPerPiece);
    yield { ...nothing, nominations: part.map(({ pod, node }) => ({ pod: podKey(pod), node })) };
  }
  for (let at = 0; at < unplaced.length; at += podsPerPiece) {
    const part = unplaced.slice(at, at + podsPerPiece);
    yield { ...nothing, unplaced: part.map(({ pod, ...why }) => ({ ...why, pod: podKey(pod) })) };
  }
  const excluded = excludedPools?.map(({ pool, cause }) => ({ pool: keyText(pool.key), cause }));
  yield { ...nothing, rest: excluded === undefined ? rest : { ...rest, excludedPools: excluded } };
}

const nothing = Object.freeze({ claims: [], nominations: [], unplaced: [] });

/**
 * Puts the pieces together again, with the pods and pools of the snapshot that was asked about; those that came after it,
 * with `latest`, since the thread plans on all that it has heard.
 */
export function planOfPieces(
  pieces: readonly PlanPiece[],
  snapshot: ClusterSnapshot,
  latest: () => ClusterSnapshot,
): ProvisioningPlan {
  const podOf = lookedUp("pod", [() => podsByKey(snapshot), () => podsByKey(latest())]);
  const poolOf = lookedUp("pool", [() => poolsByKey(snapshot), () => poolsByKey(latest())]);
  const { excludedPools, ...rest } = found(pieces.at(-1)?.rest, "the end of the plan");
  return {
    snapshotVersion: snapshot.version,
    claims: pieces.flatMap(({ claims }) =>
      claims.map(({ poolKey, pods, ...claim }) => ({
        poolKey,
        pool: poolOf(keyText(poolKey)),
        pods: pods.map(podOf),
        ...claim,
      })),
    ),
    nominations: pieces.flatMap(({ nominations }) => nominations.map(({ pod, node }) => ({ pod: podOf(pod), node }))),
    unplaced: pieces.flatMap(({ unplaced }) => unplaced.map(({ pod, ...why }) => ({ pod: podOf(pod), ...why }))),
    ...(excludedPools === undefined
      ? {}
      : { excludedPools: excludedPools.map(({ pool, cause }) => ({ pool: poolOf(pool), cause })) }),
    ...rest,
  };
}

/** Looks in one place after the other; each is laid out when it is first needed. */
function lookedUp<T>(what: string, places: readonly (() => ReadonlyMap<string, T>)[]): (key: string) => T {
  const open: ReadonlyMap<string, T>[] = [];
  return (key) => {
    for (const [i, place] of places.entries()) {
      const value = (open[i] ??= place()).get(key);
      if (value !== undefined) return value;
    }
    return found<T>(undefined, `${what} ${key}`);
  };
}

function podsByKey({ nodes, pendingPods }: ClusterSnapshot): ReadonlyMap<string, Pod> {
  const leaving = nodes.flatMap(({ markedForDeletion, pods }) => (markedForDeletion ? pods : []));
  return new Map([...leaving, ...pendingPods].map((pod) => [podKey(pod), pod]));
}

const poolsByKey = ({ pools }: ClusterSnapshot): ReadonlyMap<string, PoolView> =>
  new Map(pools.map((pool) => [keyText(pool.key), pool]));

const podKey = ({ metadata }: Pod): string => `${metadata.namespace ?? "default"}/${metadata.name ?? ""}`;

/** The threads disagree about what the cluster holds: a bug, and better seen than planned upon. */
function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the planning thread answered with something unknown here: ${what}`);
  return value;
}
