import type { EC2NodeClass } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { ClassPlacementGroup } from "../catalogue/index.ts";
import type { DescribePlacementGroupsRequest, Ec2Client } from "../contract/index.ts";
import { calling } from "../errors/index.ts";

/** What a class' selector matches; `problem` is why EC2 could not be asked, beside what was known before. */
export interface PlacementGroupAnswer {
  readonly group: ClassPlacementGroup | undefined;
  readonly problem?: Error;
}

/** Placement groups of node classes (spec: aws 7.8). */
export interface PlacementGroups {
  resolve(nodeClass: EC2NodeClass, options: { readonly signal: AbortSignal }): Promise<PlacementGroupAnswer>;
}

const minute = 60_000;
const day = 24 * 60 * minute;

export function createPlacementGroups({
  ec2,
  clock,
}: {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
}): PlacementGroups {
  const fresh = createExpiringMap<true>({ clock, ttlMilliseconds: minute });
  const values = createExpiringMap<ClassPlacementGroup>({ clock, ttlMilliseconds: day });
  return {
    resolve: async ({ spec }, { signal }) => {
      const { placementGroupSelector: selector } = spec;
      if (selector === undefined) return { group: undefined };
      const key = JSON.stringify(selector);
      if (fresh.get(key) !== undefined) return { group: values.get(key) };
      try {
        const group = await describe(ec2, selector, signal);
        fresh.set(key, true);
        // A group that has vanished is gone for the next minute's callers too (deviation of 7.8).
        if (group === undefined) values.delete(key);
        else if (JSON.stringify(group) !== JSON.stringify(values.get(key))) values.set(key, group);
        return { group: values.get(key) };
      } catch (error) {
        signal.throwIfAborted();
        return { group: values.get(key), problem: error as Error };
      }
    },
  };
}

async function describe(
  ec2: Ec2Client,
  { id, name }: NonNullable<EC2NodeClass["spec"]["placementGroupSelector"]>,
  signal: AbortSignal,
): Promise<ClassPlacementGroup | undefined> {
  const request: DescribePlacementGroupsRequest = {
    Filters: [{ Name: "state", Values: ["available"] }],
    ...(id === undefined ? {} : { GroupIds: [id] }),
    ...(name === undefined ? {} : { GroupNames: [name] }),
  };
  const { PlacementGroups: found = [] } = await calling("EC2", "DescribePlacementGroups", {
    signal,
    call: () => ec2.describePlacementGroups(request, { signal }),
  });
  const [group] = found;
  if (group?.GroupId === undefined) return undefined;
  return {
    id: group.GroupId,
    strategy: group.Strategy ?? "",
    partitions: group.Strategy === "partition" ? (group.PartitionCount ?? 0) : 0,
  };
}
