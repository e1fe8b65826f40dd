import {
  awsAnnotations,
  conditionTypes,
  type EC2NodeClass,
  ec2NodeClassHash,
  ec2NodeClassHashVersion,
  ec2NodeClassType,
  getCondition,
  type NodeClaim,
  nodeClaimType,
} from "../../api/index.ts";
import { patchMetadata, type Reconciler } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { NodeClassDeps } from "./reconciler.ts";

/** Stamps the drift hash on classes, and carries claims over when the way of hashing changes (spec: aws 3.11). */
export function createNodeClassHash(deps: NodeClassDeps): Reconciler {
  return {
    name: "nodeclass.hash",
    type: ec2NodeClassType,
    workers: { min: 10, max: 10 },
    reconcile: async (key, signal) => {
      const nodeClass = deps.nodeClasses.store.get(key);
      if (nodeClass === undefined) return;
      const hash = ec2NodeClassHash(nodeClass, deps.parts.options.cluster.caBundle ?? "");
      // Claims before the class: a crash in between finds the class' old version and starts over.
      if (versionOf(nodeClass) !== ec2NodeClassHashVersion) await migrateClaims(deps, nodeClass, { hash, signal });
      const target = { client: deps.kube, type: ec2NodeClassType, object: nodeClass };
      await patchMetadata(target, { annotations: stampOf(hash) }, { signal });
    },
    watch: (queue) => queue.watches(deps.nodeClasses),
  };
}

const stampOf = (hash: string): Readonly<Record<string, string>> => ({
  [awsAnnotations.ec2NodeClassHash]: hash,
  [awsAnnotations.ec2NodeClassHashVersion]: ec2NodeClassHashVersion,
});

const versionOf = ({ metadata }: EC2NodeClass | NodeClaim): string | undefined =>
  metadata.annotations?.[awsAnnotations.ec2NodeClassHashVersion];

async function migrateClaims(
  { kube, nodeClaims }: NodeClassDeps,
  nodeClass: EC2NodeClass,
  { hash, signal }: { readonly hash: string; readonly signal: AbortSignal },
): Promise<void> {
  const stale = nodeClaims.store
    .list()
    .filter(
      (claim) =>
        claim.spec.nodeClassRef.name === nodeClass.metadata.name && versionOf(claim) !== ec2NodeClassHashVersion,
    );
  await mapLimit(
    stale,
    10,
    (claim, context) =>
      patchMetadata(
        { client: kube, type: nodeClaimType, object: claim },
        { annotations: migratedStamp(claim, hash) },
        context,
      ),
    { signal },
  );
}

/** A claim that has drifted already keeps its old hash, and so stays drifted. */
const migratedStamp = (claim: NodeClaim, hash: string): Readonly<Record<string, string>> =>
  getCondition(claim, conditionTypes.drifted) === undefined
    ? stampOf(hash)
    : { [awsAnnotations.ec2NodeClassHashVersion]: ec2NodeClassHashVersion };
