/** When decisions may be made on the picture (scheduling 8.4). */
import type { ClaimKey, KeyText } from "./keys.ts";
import { keyText } from "./keys.ts";
import type { ClusterState } from "./state.ts";

/** Claims and Nodes as the API lists them, needed only until the picture was complete once. */
export interface ListedMachines {
  readonly claims: readonly ClaimKey[];
  readonly nodes: readonly string[];
}

/** What is still missing, in order of name; both lists empty when synced. */
export interface SyncGap {
  /** Claims without a provider id: their launch is open, and a decision now would not count them. */
  readonly unlaunched: readonly KeyText[];
  /** Objects of the API that the picture does not know yet. */
  readonly unseen: readonly string[];
}

/**
 * What keeps the picture from being synced, or undefined. Before the first success pass what the API lists; afterwards
 * pass nothing: then only open launches count.
 */
export function syncGap(state: ClusterState, listed?: ListedMachines): SyncGap | undefined {
  const unlaunched: KeyText[] = [];
  for (const [key, view] of state.claims) {
    if ((view.claim.status?.providerID ?? "") === "") unlaunched.push(key);
  }
  const unseen = [
    ...(listed?.claims ?? []).map(keyText).filter((key) => !state.claims.has(key)),
    ...(listed?.nodes ?? []).filter((name) => !state.nodes.has(name)).map((name) => `Node/${name}`),
  ];
  return unlaunched.length === 0 && unseen.length === 0 ? undefined : { unlaunched, unseen: unseen.sort() };
}

export function isSynced(state: ClusterState, listed?: ListedMachines): boolean {
  return syncGap(state, listed) === undefined;
}
