import type { PersistentVolumeClaim, Pod } from "../../api/index.ts";
import { persistentVolumeClaimType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { controllerReference, isDeleting } from "../stand-ins/ownership.ts";
import { claimNameOf } from "../stand-ins/pod-claims.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";

/** Claims of a pod's generic ephemeral volumes; they go with the pod. */
export function computeEphemeralClaims(pod: Pod): readonly PersistentVolumeClaim[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const template = volume.ephemeral?.volumeClaimTemplate;
    const name = claimNameOf(pod, volume);
    if (template === undefined || name === undefined) return [];
    const { labels, annotations } = template.metadata ?? {};
    return [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: {
          name,
          namespace: pod.metadata.namespace ?? "",
          ...(labels === undefined ? {} : { labels }),
          ...(annotations === undefined ? {} : { annotations }),
          ownerReferences: [controllerReference(pod)],
        },
        spec: template.spec,
      },
    ];
  });
}

/** Makes the claims of generic ephemeral volumes. */
export function createEphemeralClaimController(
  context: StandInContext,
  parts: { readonly caches: Caches },
): Controller {
  const pods = parts.caches.pods();
  const claims = parts.caches.claims();
  const controller = context.createController({
    name: "local.ephemeral-claim",
    reconcile: async (key, signal) => {
      const pod = pods.store.get(key);
      if (pod === undefined || isDeleting(pod) || isTerminal(pod)) return;
      for (const claim of computeEphemeralClaims(pod)) {
        if (claims.store.get(objectKey(claim)) !== undefined) continue;
        try {
          await context.kube.create(persistentVolumeClaimType, claim, { signal });
        } catch (error) {
          if (!isKubeFault(error, "AlreadyExists")) throw error;
        }
      }
    },
  });
  controller.watches(pods, (delta) => {
    const hasEphemeral = delta.object.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true;
    return hasEphemeral && delta.type === "added" ? [objectKey(delta.object)] : [];
  });
  return controller;
}
