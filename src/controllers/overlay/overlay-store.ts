import {
  failed,
  type InstanceType,
  keyText,
  ok,
  type OverlayRule,
  overlaidTypes,
  type PoolKey,
  type PoolView,
} from "../../core/index.ts";
import { type CloudProvider, ProviderFault } from "../../provider/index.ts";

/** Which overlays are in force, and for which pools that has been worked out. */
export interface OverlayStore {
  /** Replaces what is in force; pools that are not named wait for their evaluation. */
  evaluated(rules: readonly OverlayRule[], pools: readonly PoolView[]): void;
  /** Types of a pool with the overlays on them; undefined while the pool waits. Equal inputs give the identical array. */
  apply(pool: PoolView, types: readonly InstanceType[]): readonly InstanceType[] | undefined;
  /** The pool of this key as it was when its overlays were worked out. */
  poolOf(key: PoolKey): PoolView | undefined;
}

export function createOverlayStore(): OverlayStore {
  let rules: readonly OverlayRule[] = [];
  let known: ReadonlyMap<string, PoolView> = new Map();
  const made = new Map<
    string,
    { readonly pool: PoolView; readonly from: readonly InstanceType[]; readonly to: readonly InstanceType[] }
  >();
  return {
    evaluated: (next, pools) => {
      if (!sameRules(rules, next)) made.clear();
      rules = next;
      known = new Map(pools.map((pool) => [keyText(pool.key), pool]));
    },
    poolOf: (key) => known.get(keyText(key)),
    apply: (pool, types) => {
      const key = keyText(pool.key);
      if (!known.has(key)) return undefined;
      const before = made.get(key);
      if (before?.from === types && before.pool === pool) return before.to;
      const to = overlaidTypes(pool, types, rules);
      made.set(key, { pool, from: types, to });
      return to;
    },
  };
}

const sameRules = (a: readonly OverlayRule[], b: readonly OverlayRule[]): boolean =>
  a.length === b.length && a.every((rule, i) => rule === b[i]);

/** The provider with the overlays on what it sells (spec: scheduling 7.5). All else goes through. */
export function overlayProvider(provider: CloudProvider, store: OverlayStore): CloudProvider {
  return {
    name: provider.name,
    nodeClassTypes: provider.nodeClassTypes,
    repairPolicies: provider.repairPolicies,
    // A claim that stands alone gets no overlays.
    create: (claim, call) =>
      provider.create(
        claim,
        claim.poolKey === undefined ? call : { ...call, overlay: overlayFor(store, claim.poolKey) },
      ),
    delete: (claim, call) => provider.delete(claim, call),
    get: (id, call) => provider.get(id, call),
    list: (call) => provider.list(call),
    driftReason: (claim, call) => provider.driftReason(claim, call),
    instanceTypes: async (pool, call) => {
      const outcome = await provider.instanceTypes(pool, call);
      if (!outcome.ok) return outcome;
      const types = store.apply(pool, outcome.value);
      return types === undefined ? failed(awaiting) : ok(types);
    },
  };
}

const overlayFor =
  (store: OverlayStore, key: PoolKey) =>
  (types: readonly InstanceType[]): readonly InstanceType[] => {
    const pool = store.poolOf(key);
    const overlaid = pool === undefined ? undefined : store.apply(pool, types);
    if (overlaid === undefined) throw new ProviderFault("OverlaysUnevaluated", awaiting.message);
    return overlaid;
  };

const awaiting = Object.freeze({ kind: "unavailable", message: "awaiting evaluation of node overlays" } as const);
