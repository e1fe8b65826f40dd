import type { ResourceType } from "../../api/index.ts";
import type { LogFields } from "../../platform/index.ts";
import type { ObjectKey } from "../runtime.ts";

/** Fields of lines written inside a reconcile (spec: operations 3.1); singletons have an empty namespace and name. */
export function reconcileFields(type: ResourceType | undefined, key: ObjectKey, reconcileId: string): LogFields {
  // Cluster-scoped objects of an older era go by addresses such as `Machine/gpu-abcde`: no namespace stands in front.
  const slash = type?.namespaced === false ? -1 : key.indexOf("/");
  const namespace = slash < 0 ? "" : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (type === undefined) return { namespace, name, reconcileID: reconcileId };
  return {
    controllerGroup: type.group,
    controllerKind: type.kind,
    [type.kind]: namespace === "" ? { name } : { name, namespace },
    namespace,
    name,
    reconcileID: reconcileId,
  };
}
