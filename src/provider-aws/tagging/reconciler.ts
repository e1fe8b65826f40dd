import { awsAnnotations, cloudTags, type NodeClaim, nodeClaimType } from "../../api/index.ts";
import { patchMetadata, type Reconciler } from "../../kube/index.ts";
import { parseProviderId } from "../instances/instance.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";

/** CreateTags is called once a second at most, whether or not it succeeds (spec: aws 7.3). */
const pauseMilliseconds = 1_000;

const stamps: Readonly<Record<string, string>> = {
  [awsAnnotations.tagged]: "true",
  [awsAnnotations.clusterNameTagged]: "true",
};

/** Gives instances the names of their node and claim once both are known (spec: aws 7.3 "Tagging"). */
export function createTagging(deps: NodeClassDeps): Reconciler {
  return {
    name: "nodeclaim.tagging",
    type: nodeClaimType,
    workers: { min: 1, max: 1 },
    reconcile: async (key, signal) => {
      const claim = deps.nodeClaims.store.get(key);
      if (claim === undefined || !isTaggable(claim)) return;
      const instance = parseProviderId(claim.status?.providerID ?? "");
      if (instance === undefined) {
        deps.log.error("cannot tag the instance of a claim whose provider id is none", {
          NodeClaim: key,
          "provider-id": claim.status?.providerID,
        });
        return;
      }
      if (!(await tagInstance(deps, claim, { id: instance.id, signal }))) return;
      await patchMetadata(
        { client: deps.kube, type: nodeClaimType, object: claim },
        { annotations: stamps },
        { signal },
      );
    },
    watch: (queue) =>
      queue.watches(deps.nodeClaims, (delta) =>
        delta.type !== "deleted" && isTaggable(delta.object) ? [delta.object.metadata.name ?? ""] : [],
      ),
  };
}

function isTaggable({ spec, metadata, status }: NodeClaim): boolean {
  const { annotations = {}, deletionTimestamp } = metadata;
  return (
    spec.nodeClassRef.kind === "EC2NodeClass" &&
    (status?.nodeName ?? "") !== "" &&
    deletionTimestamp === undefined &&
    Object.entries(stamps).some(([name, value]) => annotations[name] !== value)
  );
}

/** False when the instance is gone, and with it the need for tags. */
async function tagInstance(
  { parts, clock }: NodeClassDeps,
  claim: NodeClaim,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const instance = await parts.instances.get(id, { signal, fresh: true });
  if (!instance.ok) return false;
  const wanted = {
    [cloudTags.name]: claim.status?.nodeName ?? "",
    [cloudTags.nodeClaim]: claim.metadata.name ?? "",
    [cloudTags.eksClusterName]: parts.options.cluster.name,
  };
  const lacking = Object.entries(wanted).filter(([name]) => instance.value.tags[name] === undefined);
  if (lacking.length === 0) return true;
  try {
    return (await parts.instances.tag(id, Object.fromEntries(lacking), { signal })).ok;
  } finally {
    await clock.sleep(pauseMilliseconds, { signal });
  }
}
