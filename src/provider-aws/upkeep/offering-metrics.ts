import type { Reconciler } from "../../kube/index.ts";
import { capacityTypes, type NodePool } from "../../api/index.ts";
import type { InstanceType } from "../../core/index.ts";
import { createPacer, type Pacer } from "../../platform/index.ts";
import type { AwsInstruments } from "../instruments.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { singleton } from "./singleton.ts";

const minute = 60_000;

interface Seen {
  available: boolean;
  price: number;
}

/** Gauges of types and offerings over all pools; one that fails takes no other down (spec: aws 2.6, 2.7). */
export function createOfferingMetrics(deps: NodeClassDeps): Reconciler {
  const { instruments } = deps.parts;
  return singleton("cloudprovider.metrics", minute, async () => {
    if (instruments === undefined) return;
    const seen = new Map<string, Seen>();
    const pacer = createPacer({ clock: deps.clock });
    const lists = new Set<readonly InstanceType[]>();
    for (const pool of deps.nodePools.store.list()) {
      const types = await typesOf(deps, pool);
      // Pools of equal classes share one list.
      if (types === undefined || lists.has(types)) continue;
      lists.add(types);
      for (const type of types) {
        look(seen, type, deps.parts.options.reservedCapacity);
        await pacer.breathe();
      }
    }
    await report(instruments, seen, pacer);
    reportTypes(deps, instruments);
  });
}

async function typesOf({ parts, log }: NodeClassDeps, pool: NodePool): Promise<readonly InstanceType[] | undefined> {
  const nodeClass = parts.nodeClass(pool.spec.template.spec.nodeClassRef.name);
  if (nodeClass === undefined) return undefined;
  const types = await parts.types.list(nodeClass);
  if (types.ok) return types.value;
  log.debug("no instance types to measure", { NodePool: pool.metadata.name, reason: types.failure.message });
  return undefined;
}

/** Every place of a type has a reserved series too, 0 without a reservation. */
function look(seen: Map<string, Seen>, { name, offerings }: InstanceType, reserved: boolean): void {
  for (const { zone, capacityType, available, price } of offerings) {
    note(seen, { key: [name, capacityType, zone].join(), available, price });
    if (reserved) note(seen, { key: [name, capacityTypes.reserved, zone].join(), available: false, price: 0 });
  }
}

function note(
  seen: Map<string, Seen>,
  { key, available, price }: { readonly key: string; readonly available: boolean; readonly price: number },
): void {
  const known = seen.get(key);
  if (known === undefined) seen.set(key, { available, price });
  else if (available || known.price === 0) {
    known.available ||= available;
    known.price = price;
  }
}

async function report(
  { offeringAvailable, offeringPrice }: AwsInstruments,
  seen: ReadonlyMap<string, Seen>,
  pacer: Pacer,
): Promise<void> {
  for (const [key, { available, price }] of seen) {
    const [instance_type = "", capacity_type = "", zone = ""] = key.split(",");
    const labels = { instance_type, capacity_type, zone };
    offeringAvailable.set(available ? 1 : 0, labels);
    if (Number.isFinite(price)) offeringPrice.set(price, labels);
    await pacer.breathe();
  }
}

function reportTypes({ parts }: NodeClassDeps, { typeCpu, typeMemory }: AwsInstruments): void {
  for (const { name, vcpus, memoryMib } of parts.discovery.current?.facts.machines ?? []) {
    typeCpu.set(vcpus, { instance_type: name });
    typeMemory.set(memoryMib * 2 ** 20, { instance_type: name });
  }
}
