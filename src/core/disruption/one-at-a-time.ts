/** Nodes of the v1alpha5 era are disrupted one command after the other, whichever Provisioner they are of (v1alpha5 5.6 step 8). */
import { conditionTypes, parseTimestamp } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { EpochMillis } from "../time.ts";

/** How long the old loop waited for what it had removed (v1alpha5 4.7.1): a drain that hangs holds up the others no longer. */
const patienceMilliseconds = 570_000;

export const isOfProvisioner = ({ poolKey }: StateNode): boolean => poolKey?.kind === "Provisioner";

/** Name of a Provisioner's node that an earlier command is not done with; undefined when none is. */
export function unfinishedOfEra(
  snapshot: ClusterSnapshot,
  { queued, now }: { readonly queued: ReadonlySet<string>; readonly now: EpochMillis },
): string | undefined {
  const isUnfinished = (node: StateNode): boolean => queued.has(node.providerId ?? "") || isGoing(node, now);
  return snapshot.nodes.find((node) => isOfProvisioner(node) && isUnfinished(node))?.name;
}

/** Removed by a command, and not gone yet. */
function isGoing({ claim }: StateNode, now: EpochMillis): boolean {
  const { metadata, status } = claim?.claim ?? {};
  if (metadata?.deletionTimestamp === undefined) return false;
  const byCommand = status?.conditions?.some(
    ({ type, status: value }) => type === conditionTypes.disruptionReason && value === "True",
  );
  const since = parseTimestamp(metadata.deletionTimestamp) ?? 0;
  return byCommand === true && now - since < patienceMilliseconds;
}
