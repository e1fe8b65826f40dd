import { createObject } from "./create.ts";
import { servedType, type ApiCore } from "./api-core.ts";
import { namespaceType, priorityClassType } from "../../api/index.ts";

const namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

const priorityClasses = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
];

/** What every cluster holds before anyone writes to it. */
export function createInitialObjects(core: ApiCore): void {
  for (const name of namespaces) createObject(core, servedType(core, namespaceType), { metadata: { name } }, {});
  for (const { name, value, description } of priorityClasses) {
    const object = { metadata: { name }, value, description };
    createObject(core, servedType(core, priorityClassType), object, {});
  }
}
