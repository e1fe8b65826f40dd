import { createObject } from "./create.ts";
import { servedType, type ApiCore } from "./api-core.ts";
import { namespaceType, priorityClassType, resourceType } from "../../api/index.ts";

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

const serviceType = resourceType("v1", "Service", "services", "Namespaced");

/** The API server's own service. */
const apiService = {
  metadata: { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
  spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }] },
};

/** What every cluster holds before anyone writes to it. */
export function createInitialObjects(core: ApiCore): void {
  for (const name of namespaces) createObject(core, servedType(core, namespaceType), { metadata: { name } }, {});
  for (const { name, value, description } of priorityClasses) {
    const object = { metadata: { name }, value, description };
    createObject(core, servedType(core, priorityClassType), object, {});
  }
  createObject(core, servedType(core, serviceType), apiService, {});
}
