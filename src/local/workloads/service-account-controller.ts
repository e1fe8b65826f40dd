import { resourceType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";

const serviceAccountType = resourceType("v1", "ServiceAccount", "serviceaccounts", "Namespaced");

/** Gives every namespace the service account `default`, which pods run as unless they name another. */
export function createServiceAccountController(
  context: StandInContext,
  parts: { readonly caches: Caches },
): Controller {
  const namespaces = parts.caches.namespaces();

  const reconcile = async (namespace: string, signal: AbortSignal): Promise<void> => {
    if (namespaces.store.get(namespace)?.metadata.deletionTimestamp !== undefined) return;
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
    try {
      await context.kube.create(serviceAccountType, account, { signal });
    } catch (error) {
      // It is there already, or its namespace goes: nothing is left to do.
      const settled = ["AlreadyExists", "NotFound", "Forbidden"] as const;
      if (!settled.some((reason) => isKubeFault(error, reason))) throw error;
    }
  };

  const controller = context.createController({ name: "local.service-accounts", maxConcurrent: 4, reconcile });
  controller.watches(namespaces, (delta) => (delta.type === "added" ? [delta.object.metadata.name ?? ""] : []));
  return controller;
}
