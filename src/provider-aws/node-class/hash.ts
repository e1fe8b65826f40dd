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

/** The way of hashing of Karpenter's releases; only its equality says something here (spec: api 0.1). */
const releasedHashVersion = "v5";

/**
 * Stamps the drift hash on classes, and carries claims over when the way of hashing changes (spec: aws 3.11). A class that
 * Karpenter's release stamped keeps its stamp until somebody edits it: taking over changes nothing, and so does going back.
 */
export function createNodeClassHash(deps: NodeClassDeps): Reconciler {
  const untouched = createUntouched();
  return {
    name: "nodeclass.hash",
    type: ec2NodeClassType,
    workers: { min: 10, max: 10 },
    reconcile: async (key, signal) => {
      const nodeClass = deps.nodeClasses.store.get(key);
      if (nodeClass === undefined) return;
      const caBundle = deps.parts.options.cluster.caBundle ?? "";
      const hash = ec2NodeClassHash(nodeClass, caBundle);
      const before = untouched.before(nodeClass);
      if (before === nodeClass) return;
      // Claims before the class: a crash in between finds the class' old version and starts over.
      if (versionOf(nodeClass) !== ec2NodeClassHashVersion) {
        // What they were launched from, where that is known: then an edit is the drift that it would have been.
        const launched = before === undefined ? hash : ec2NodeClassHash(before, caBundle);
        await migrateClaims(deps, nodeClass, { hash: launched, signal });
      }
      const target = { client: deps.kube, type: ec2NodeClassType, object: nodeClass };
      await patchMetadata(target, { annotations: stampOf(hash) }, { signal });
    },
    watch: (queue) => queue.watches(deps.nodeClasses),
  };
}

interface Untouched {
  /** The class itself while nobody has edited it since a release stamped it; else as it was before, where that was seen. */
  before(nodeClass: EC2NodeClass): EC2NodeClass | undefined;
}

function createUntouched(): Untouched {
  const seen = new Map<string, EC2NodeClass>();
  return {
    before(nodeClass) {
      const { uid = "", generation } = nodeClass.metadata;
      if (versionOf(nodeClass) !== releasedHashVersion) {
        seen.delete(uid);
        return undefined;
      }
      const first = seen.get(uid);
      if (first !== undefined) return first.metadata.generation === generation ? nodeClass : first;
      // Edited while nobody looked: what it was is lost, as it is to a newer release of Karpenter.
      const looked = getCondition(nodeClass, conditionTypes.ready)?.observedGeneration;
      if (generation === undefined || looked !== generation) return undefined;
      seen.set(uid, nodeClass);
      return nodeClass;
    },
  };
}

/** How a launch stamps its claim: as the class is stamped, so that the two can be compared. */
export function launchStamp(
  nodeClass: EC2NodeClass,
  caBundle: string,
): { readonly hash: string; readonly version: string } {
  const released = nodeClass.metadata.annotations?.[awsAnnotations.ec2NodeClassHash];
  return versionOf(nodeClass) === releasedHashVersion && released !== undefined
    ? { hash: released, version: releasedHashVersion }
    : { hash: ec2NodeClassHash(nodeClass, caBundle), version: ec2NodeClassHashVersion };
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
