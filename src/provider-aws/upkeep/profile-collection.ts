import type { Reconciler } from "../../kube/index.ts";
import { awsAnnotations } from "../../api/index.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { singleton } from "./singleton.ts";

const halfHour = 30 * 60_000;

/** Deletes instance profiles that no class, no claim and no recent change refers to (spec: aws 7.10). */
export function createProfileCollection(deps: NodeClassDeps): Reconciler {
  const { nodeClasses, nodeClaims, profiles, log, parts } = deps;
  return singleton("instanceprofile.garbagecollection", halfHour, async (signal) => {
    // An isolated network has no way to IAM.
    if (parts.options.isolatedVpc) return;
    const current = nodeClasses.store.list().flatMap(({ status }) => status?.instanceProfile ?? []);
    const named = nodeClaims.store
      .list()
      .flatMap(({ metadata }) => metadata.annotations?.[awsAnnotations.instanceProfileName] ?? []);
    const removed = await profiles.collect(new Set([...current, ...named]), { signal });
    if (removed.length > 0) log.info("deleted instance profiles that nobody uses", { "instance-profiles": removed });
  });
}
