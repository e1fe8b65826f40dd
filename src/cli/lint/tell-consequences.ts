/** `--cost`: the engine's answer to what findings cost or risk, with the shipped catalogue and its prices. */
import { type Advice, type AdvisorInput, withConsequences } from "../../advisor/index.ts";
import { epochMillisOf, type InstanceType } from "../../core/index.ts";
import { type OfferedPool, poolsOf, type PoolWithClass } from "../../studies/index.ts";
import { createOfflineTypes } from "../offline/offline-types.ts";
import { judgeObjects } from "../offline/judge-objects.ts";
import { openMarket, tell } from "../offline/read-offline.ts";
import type { Terminal } from "../terminal.ts";

export async function tellConsequences(
  advice: Advice,
  { manifests, cluster, now = 0 }: AdvisorInput,
  { region, terminal }: { readonly region: string; readonly terminal: Terminal },
): Promise<Advice> {
  const all = [...(manifests?.objects ?? []), ...(cluster?.objects ?? [])];
  const objects = judgeObjects({ objects: all, problems: [] }).objects.map(({ object }) => object);
  const withClasses = poolsOf(objects);
  if (withClasses.length === 0) {
    tell(terminal, "--cost: the input has no pool, so nothing can be launched and nothing is priced");
    return advice;
  }
  const market = await openMarket({ region }, terminal);
  const types = createOfflineTypes(market.catalogue, market.region, market.prices);
  const generic = await genericTypes(withClasses);
  const pools = withClasses.map(({ view, nodeClass }): OfferedPool => {
    const own = nodeClass === undefined ? undefined : types.of(nodeClass);
    return { view, types: own === undefined ? generic : own.ok ? own.value : [] };
  });
  const { findings, unasked } = withConsequences(advice.findings, { objects, pools, now: epochMillisOf(now) });
  if (unasked > 0) tell(terminal, `--cost: ${unasked} findings are not priced: the input is too large to ask for all`);
  return { ...advice, findings };
}

/** Pools of nodes without machines have the generic types; they are loaded only where one is there. */
async function genericTypes(pools: readonly PoolWithClass[]): Promise<readonly InstanceType[]> {
  if (pools.every(({ nodeClass }) => nodeClass !== undefined)) return [];
  const { readInstanceTypes } = await import("../clouds/instance-types.ts");
  return readInstanceTypes(undefined);
}
