import type { KubeObject, LabelSelector, ResourceType } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Informer, KubeClient } from "../../kube/index.ts";
import { indexes } from "../stand-ins/caches.ts";
import { controllerReference, isDeleting, nameOf } from "../stand-ins/ownership.ts";

/**
 * Makes orphans that the owner's selector matches its own, and lets go of owned objects that it no longer matches. The
 * cache shows the change a moment later and calls the owner again.
 */
export async function adoptAndRelease<T extends KubeObject>(
  target: {
    readonly kube: KubeClient;
    readonly type: ResourceType<T>;
    readonly informer: Informer<T>;
    readonly owned: readonly T[];
  },
  owner: KubeObject,
  options: { readonly selector: LabelSelector | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { kube, type, informer, owned } = target;
  const { selector, signal } = options;
  if (isDeleting(owner)) return;
  const change = async (object: T, ownerReferences: readonly unknown[]): Promise<void> => {
    const body = {
      metadata: { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion, ownerReferences },
    };
    try {
      await kube.patch(type, nameOf(object), { type: "merge", body, signal });
    } catch (error) {
      // Changed or gone meanwhile: the next event brings the owner back here.
      if (!isKubeFault(error, "Conflict") && !isKubeFault(error, "NotFound")) throw error;
    }
  };
  for (const orphan of informer.store.byIndex(indexes.orphan, owner.metadata.namespace ?? "")) {
    if (isDeleting(orphan) || !matchesSelector(selector, orphan.metadata.labels)) continue;
    await change(orphan, [...(orphan.metadata.ownerReferences ?? []), controllerReference(owner)]);
  }
  for (const object of owned) {
    if (isDeleting(object) || matchesSelector(selector, object.metadata.labels)) continue;
    if (object.metadata.resourceVersion === undefined) continue;
    const rest = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    await change(object, rest);
  }
}
