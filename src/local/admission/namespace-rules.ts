/** Rules of Namespaces (core/v1): the content finalizer, the name label and the initial phase. */
import type { ResourceRules } from "../apiserver/resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";

const nameLabel = "kubernetes.io/metadata.name";

function withNameLabel(namespace: ApiObject): ApiObject {
  const { name = "", labels } = namespace.metadata;
  return labels?.[nameLabel] === name
    ? namespace
    : withMetadata(namespace, { labels: { ...labels, [nameLabel]: name } });
}

export const namespaceRules: ResourceRules = Object.freeze({
  applyDefaults: withNameLabel,
  prepareCreate: (namespace: ApiObject): ApiObject => ({
    ...namespace,
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  }),
  // Finalizers of the spec change through the finalize subresource only.
  prepareUpdate: (next: ApiObject, old: ApiObject): ApiObject => ({ ...next, spec: old["spec"] }),
});
