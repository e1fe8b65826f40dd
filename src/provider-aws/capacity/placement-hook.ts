import { awsLabels, type NodeClaim } from "../../api/index.ts";
import { parseProviderId } from "../instances/instance.ts";
import type { AwsParts } from "../parts.ts";

/** A hook of registration, shaped like that of the controllers' room. */
export interface PlacementHook {
  readonly name: string;
  run(
    claim: NodeClaim,
    signal: AbortSignal,
  ): Promise<{ readonly claim?: NodeClaim; readonly requeueAfterMilliseconds?: number } | undefined>;
}

const askAgainMilliseconds = 5_000;

/** A machine of a partition group registers once EC2 has told its partition, which pods may depend on (spec: aws 3.0). */
export function createPlacementHook({ instances }: Pick<AwsParts, "instances">): PlacementHook {
  return {
    name: "placement-group-partition",
    run: async (claim, signal) => {
      const labels = claim.metadata.labels ?? {};
      const { [awsLabels.placementGroupId]: group = "", [awsLabels.placementGroupPartition]: partition } = labels;
      if (group === "" || partition !== "") return undefined;
      const parsed = parseProviderId(claim.status?.providerID ?? "");
      if (parsed === undefined) return { requeueAfterMilliseconds: askAgainMilliseconds };
      const instance = await instances.get(parsed.id, { signal, fresh: true });
      const known = instance.ok ? instance.value.placementGroup?.partition : undefined;
      if (known === undefined) return { requeueAfterMilliseconds: askAgainMilliseconds };
      const changed = { ...labels, [awsLabels.placementGroupPartition]: known };
      return { claim: { ...claim, metadata: { ...claim.metadata, labels: changed } } };
    },
  };
}
