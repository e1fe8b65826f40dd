import type { KubeObject } from "../../api/index.ts";
import {
  type EpochMillis,
  freezeSnapshot,
  type InstanceType,
  keyText,
  provision,
  type ProvisioningPlan,
} from "../../core/index.ts";
import { clusterOfObjects, type OfferedPool, simulationOptions } from "../../studies/index.ts";
import type { CapacityWhatIf } from "../model/what-if.ts";

/** What the engine needs besides the findings. */
export interface Foretelling {
  /** As they would be applied; pods of workloads and nodes are left out, so that all is planned from nothing. */
  readonly objects: readonly KubeObject[];
  readonly pools: readonly OfferedPool[];
  readonly now: EpochMillis;
}

export interface Foresight {
  /** What would be launched from nothing for all pods of the input. */
  plan(
    change?: (object: KubeObject) => KubeObject,
    capacity?: Omit<CapacityWhatIf, "types"> & { readonly types?: readonly string[] | undefined },
  ): { readonly plan: ProvisioningPlan; readonly pods: number };
}

export function createForesight({ objects, pools, now }: Foretelling): Foresight {
  const fresh = objects.filter(isFresh);
  const options = simulationOptions();
  return {
    plan: (change, capacity) => {
      const changed = change === undefined ? fresh : fresh.map((object) => change(object));
      const offered = capacity === undefined ? pools : pools.map((pool) => withoutCapacity(pool, capacity));
      const { state, pods } = clusterOfObjects(changed, offered);
      return { plan: provision(freezeSnapshot(state, now), options), pods: pods.length };
    },
  };
}

const running: ReadonlySet<string> = new Set(["Node", "NodeClaim", "Machine", "CSINode"]);

/** What a controller makes is made anew. */
const isFresh = ({ kind, metadata }: KubeObject): boolean =>
  !running.has(kind) && metadata.ownerReferences?.some(({ controller }) => controller === true) !== true;

function withoutCapacity(
  { view, types }: OfferedPool,
  { pool, capacityType, types: names }: NonNullable<Parameters<Foresight["plan"]>[1]>,
): OfferedPool {
  if (keyText(view.key) !== keyText(pool)) return { view, types };
  const closed = (type: InstanceType): InstanceType => ({
    ...type,
    offerings: type.offerings.map((offering) =>
      offering.capacityType === capacityType ? { ...offering, available: false } : offering,
    ),
  });
  return { view, types: types.map((type) => (names === undefined || names.includes(type.name) ? closed(type) : type)) };
}
