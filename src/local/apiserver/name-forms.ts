import type { ResourceType } from "../../api/index.ts";
import type { NameForm } from "./metadata-rules.ts";

/** Kinds whose names follow another rule than that of a DNS subdomain. */
const forms: Readonly<Record<string, NameForm>> = {
  "/namespaces": "label",
  "/services": "dns1035",
  "rbac.authorization.k8s.io/roles": "path-segment",
  "rbac.authorization.k8s.io/clusterroles": "path-segment",
  "rbac.authorization.k8s.io/rolebindings": "path-segment",
  "rbac.authorization.k8s.io/clusterrolebindings": "path-segment",
};

export function nameFormOf(type: ResourceType): NameForm {
  return forms[`${type.group}/${type.plural}`] ?? "subdomain";
}
