import { type ConfigMap, configMapType } from "../../api/index.ts";
import { type Controller, isKubeFault } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";

/** What the token volume of every pod names. */
export const rootCertificateName = "kube-root-ca.crt";

export interface RootCertificateParts {
  readonly caches: Caches;
  /** PEM; known once the API server has an address. Until then there is nothing to publish, and nobody to read it. */
  readonly authority: Promise<string>;
}

/** Keeps the certificate authority of the API server in every namespace, where pods find it. */
export function createRootCertificateController(context: StandInContext, parts: RootCertificateParts): StandIn {
  const controller = controllerOf(context, parts);
  return {
    name: controller.name,
    run: async (signal) => {
      if (await isKnown(parts.authority, signal)) await controller.run(signal);
    },
  };
}

/** False when `signal` aborts first. */
function isKnown(authority: Promise<string>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener("abort", () => resolve(false), { once: true });
    authority.then(() => resolve(true), reject);
  });
}

function controllerOf(
  { kube, createController }: StandInContext,
  { caches, authority }: RootCertificateParts,
): Controller {
  const namespaces = caches.namespaces();
  const published = caches.rootCertificates(rootCertificateName);

  const reconcile = async (namespace: string, signal: AbortSignal): Promise<void> => {
    const home = namespaces.store.get(namespace);
    if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
    const held = published.store.get(`${namespace}/${rootCertificateName}`);
    const data = { "ca.crt": await authority };
    if (held?.data?.["ca.crt"] === data["ca.crt"] && Object.keys(held.data).length === 1) return;
    const metadata = held?.metadata ?? { name: rootCertificateName, namespace };
    const wanted: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    try {
      await (held === undefined
        ? kube.create(configMapType, wanted, { signal })
        : kube.update(configMapType, wanted, { signal }));
    } catch (error) {
      // The cache will tell of what is there by now; a namespace that goes takes no more.
      const settled = ["AlreadyExists", "Conflict", "NotFound", "Forbidden"] as const;
      if (!settled.some((reason) => isKubeFault(error, reason))) throw error;
    }
  };

  const controller = createController({ name: "local.root-certificates", maxConcurrent: 4, reconcile });
  controller.watches(namespaces, (delta) => (delta.type === "added" ? [delta.object.metadata.name ?? ""] : []));
  controller.watches(published, ({ object }) => [object.metadata.namespace ?? ""]);
  return controller;
}
