import type { PersistentVolumeClaim } from "../../api/index.ts";
import { persistentVolumeClaimType } from "../../api/index.ts";
import type { Informer, KubeClient } from "../../kube/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { nameOf } from "../stand-ins/ownership.ts";

/** The scheduler writes the chosen node here; the provisioner makes the volume where that node is. */
export const selectedNodeAnnotation = "volume.kubernetes.io/selected-node";

/** kube-scheduler's `bindTimeoutSeconds`. */
const mostMilliseconds = 600_000;

/** Has the volumes of placed pods made where the pod goes, and waits for them before the pod is bound. */
export interface VolumeBinder {
  /** The claim as it will be once own decisions are written. */
  claim(key: string): PersistentVolumeClaim | undefined;
  /** Notes the decision at once; `bind` writes it. */
  assume(claims: readonly PersistentVolumeClaim[], nodeName: string): void;
  forget(claims: readonly PersistentVolumeClaim[]): void;
  /** Resolves when all claims are bound; rejects after ten minutes or when aborted. */
  bind(claims: readonly PersistentVolumeClaim[], nodeName: string, signal: AbortSignal): Promise<void>;
}

export function createVolumeBinder(dependencies: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly claims: Informer<PersistentVolumeClaim>;
}): VolumeBinder {
  const { kube, clock, claims: informer } = dependencies;
  const selected = new Map<string, string>();
  const waiters = new Set<() => void>();
  informer.subscribe((delta) => {
    if (delta.type === "deleted" || delta.object.status?.phase === "Bound") selected.delete(objectKey(delta.object));
    for (const waiter of waiters) waiter();
  });

  const areBound = (claims: readonly PersistentVolumeClaim[]): boolean =>
    claims.every((claim) => informer.store.get(objectKey(claim))?.status?.phase === "Bound");

  const whenBound = (claims: readonly PersistentVolumeClaim[], signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        waiters.delete(look);
        cancel();
        signal.removeEventListener("abort", abort);
        settle();
      };
      const look = (): void => {
        if (areBound(claims)) finish(resolve);
      };
      const abort = (): void => finish(() => reject(signal.reason as Error));
      const late = (): void => finish(() => reject(new Error(`volumes not bound within ${mostMilliseconds / 1000} s`)));
      const cancel = clock.after(mostMilliseconds, late);
      waiters.add(look);
      signal.addEventListener("abort", abort, { once: true });
      look();
    });

  return {
    claim(key) {
      const claim = informer.store.get(key);
      const nodeName = selected.get(key);
      if (claim === undefined || nodeName === undefined) return claim;
      const annotations = { ...claim.metadata.annotations, [selectedNodeAnnotation]: nodeName };
      return { ...claim, metadata: { ...claim.metadata, annotations } };
    },
    assume(claims, nodeName) {
      for (const claim of claims) selected.set(objectKey(claim), nodeName);
    },
    forget(claims) {
      for (const claim of claims) selected.delete(objectKey(claim));
    },
    async bind(claims, nodeName, signal) {
      for (const claim of claims) {
        const body = { metadata: { annotations: { [selectedNodeAnnotation]: nodeName } } };
        await kube.patch(persistentVolumeClaimType, nameOf(claim), { type: "merge", body, signal });
      }
      await whenBound(claims, signal);
    },
  };
}
