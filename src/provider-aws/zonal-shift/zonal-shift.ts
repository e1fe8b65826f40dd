import type { Clock, Logger } from "../../platform/index.ts";
import type { EksClient, ZonalShiftClient } from "../contract/index.ts";
import { calling } from "../errors/index.ts";

/** Zones that traffic is shifted away from (spec: aws 7.9). Nothing is shifted where the feature is off. */
export interface ZonalShifts {
  /** Asks ARC; rejects with a fault and keeps what was known. */
  refresh(options: { readonly signal: AbortSignal }): Promise<void>;
  /** By zone id; a shift holds while applied and not over. */
  isShifted(zoneId: string | undefined): boolean;
  /** Ids of the zones that are shifted now, in order. */
  shifted(): readonly string[];
}

export interface ZonalShiftDeps {
  readonly client: ZonalShiftClient | undefined;
  readonly eks: EksClient;
  readonly clusterName: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Shift {
  readonly applied: boolean;
  readonly ends: number;
}

export function createZonalShifts(deps: ZonalShiftDeps): ZonalShifts {
  const { client, clock } = deps;
  const shifts = new Map<string, Shift>();
  let arn: string | undefined;
  const shifted = (zoneId: string): boolean => {
    const shift = shifts.get(zoneId);
    return shift?.applied === true && shift.ends > clock.now();
  };
  return {
    refresh: async ({ signal }) => {
      if (client === undefined) return;
      arn ??= await clusterArn(deps, signal);
      const resourceIdentifier = arn;
      const { zonalShifts = [] } = await calling("ARC Zonal Shift", "GetManagedResource", {
        signal,
        call: () => client.getManagedResource({ resourceIdentifier }, { signal }),
      });
      if (zonalShifts.length === 0) shifts.clear();
      for (const { awayFrom, appliedStatus, expiryTime } of zonalShifts)
        if (awayFrom !== undefined)
          shifts.set(awayFrom, { applied: appliedStatus === "APPLIED", ends: expiryTime?.getTime() ?? 0 });
    },
    isShifted: (zoneId) => zoneId !== undefined && shifted(zoneId),
    shifted: () => [...shifts.keys()].filter(shifted).sort(),
  };
}

async function clusterArn({ eks, clusterName }: ZonalShiftDeps, signal: AbortSignal): Promise<string> {
  const { cluster } = await calling("EKS", "DescribeCluster", {
    signal,
    call: () => eks.describeCluster({ name: clusterName }, { signal }),
  });
  if (cluster?.arn === undefined) throw new Error(`EKS tells no ARN of the cluster ${clusterName}`);
  return cluster.arn;
}
