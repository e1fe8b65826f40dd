/** Columns of nodes, namespaces, events, configuration, network and access kinds. */
import type { ApiObject } from "../store/api-object.ts";
import { fieldText } from "../store/field-path.ts";
import {
  ageColumn,
  at,
  column,
  count,
  createdColumn,
  integer,
  joined,
  labelText,
  list,
  nameColumn,
  selectorText,
  text,
  wide,
  type Column,
} from "./columns.ts";
import { ageOf } from "./human-duration.ts";

const rolePrefix = "node-role.kubernetes.io/";

function nodeStatus(node: ApiObject): string {
  const ready = list(node, "status.conditions").find((one) => at(one, "type") === "Ready");
  const status = ready === undefined ? "Unknown" : at(ready, "status") === "True" ? "Ready" : "NotReady";
  return at(node, "spec.unschedulable") === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: ApiObject): string {
  const labels = Object.entries(node.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) =>
    key.startsWith(rolePrefix) ? [key.slice(rolePrefix.length)] : key === "kubernetes.io/role" ? [value] : [],
  );
  return joined(roles.filter((role) => role !== "").toSorted());
}

function kernelVersion(node: ApiObject): string {
  const [kernel, architecture] = [
    text(node, "status.nodeInfo.kernelVersion", ""),
    text(node, "status.nodeInfo.architecture", ""),
  ];
  if (kernel === "") return "<unknown>";
  return architecture === "" ? kernel : `${kernel} (${architecture})`;
}

const address =
  (type: string) =>
  (node: ApiObject): string =>
    text(
      list(node, "status.addresses").find((one) => at(one, "type") === type),
      "address",
    );

const size =
  (...members: readonly string[]) =>
  (object: ApiObject): number =>
    members.reduce((sum, member) => sum + Object.keys(object[member] ?? {}).length, 0);

function eventSource(event: ApiObject): string {
  const component = text(event, "source.component", text(event, "reportingComponent", ""));
  const place = text(event, "source.host", text(event, "reportingInstance", ""));
  return place === "" ? component : `${component}, ${place}`;
}

function eventObject(event: ApiObject): string {
  const name = text(event, "involvedObject.name", "");
  return `${text(event, "involvedObject.kind", "").toLowerCase()}/${name}`;
}

/** First and last sight; a single event has one time for both. */
function eventTime(event: ApiObject, member: "firstTimestamp" | "lastTimestamp", now: number): string {
  const series = member === "lastTimestamp" ? at(event, "series.lastObservedTime") : undefined;
  return ageOf(series ?? at(event, member) ?? at(event, "eventTime"), now);
}

function servicePorts(service: ApiObject): string {
  return joined(
    list(service, "spec.ports").map((port) => {
      const node = integer(port, "nodePort");
      return `${integer(port, "port")}${node === 0 ? "" : `:${node}`}/${text(port, "protocol", "TCP")}`;
    }),
  );
}

function externalIp(service: ApiObject): string {
  const type = text(service, "spec.type", "ClusterIP");
  const given = list(service, "spec.externalIPs");
  if (type === "ExternalName") return text(service, "spec.externalName");
  const balanced = list(service, "status.loadBalancer.ingress").map((one) => text(one, "ip", text(one, "hostname")));
  const all = [...balanced, ...given];
  return type === "LoadBalancer" && all.length === 0 ? "<pending>" : joined(all);
}

const subjects =
  (kind: string) =>
  (binding: ApiObject): string =>
    list(binding, "subjects")
      .filter((subject) => at(subject, "kind") === kind)
      .map((subject) =>
        kind === "ServiceAccount"
          ? `${text(subject, "namespace", "")}/${text(subject, "name")}`
          : text(subject, "name"),
      )
      .join(", ");

const bindingColumns: readonly Column[] = [
  nameColumn,
  column("Role", (binding) => `${text(binding, "roleRef.kind")}/${text(binding, "roleRef.name")}`),
  ageColumn,
  wide("Users", subjects("User")),
  wide("Groups", subjects("Group")),
  wide("ServiceAccounts", subjects("ServiceAccount")),
];

function endpointText(endpoints: ApiObject): string {
  const all = list(endpoints, "subsets").flatMap((subset) =>
    list(subset, "addresses").flatMap((one) =>
      list(subset, "ports").map((port) => `${text(one, "ip")}:${integer(port, "port")}`),
    ),
  );
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : joined(all);
}

const ingressHosts = (ingress: ApiObject): string => {
  const hosts = list(ingress, "spec.rules").map((rule) => text(rule, "host", "*"));
  return hosts.length === 0 ? "*" : hosts.join(",");
};

export const clusterColumns: Readonly<Record<string, readonly Column[]>> = {
  Node: [
    nameColumn,
    column("Status", nodeStatus),
    column("Roles", nodeRoles),
    ageColumn,
    column("Version", (node) => text(node, "status.nodeInfo.kubeletVersion", "")),
    wide("Internal-IP", address("InternalIP")),
    wide("External-IP", address("ExternalIP")),
    wide("OS-Image", (node) => text(node, "status.nodeInfo.osImage", "<unknown>")),
    wide("Kernel-Version", kernelVersion),
    wide("Container-Runtime", (node) => text(node, "status.nodeInfo.containerRuntimeVersion", "<unknown>")),
  ],
  Namespace: [nameColumn, column("Status", (object) => text(object, "status.phase", "")), ageColumn],
  Event: [
    column("Last Seen", (event, now) => eventTime(event, "lastTimestamp", now)),
    column("Type", (event) => text(event, "type", "")),
    column("Reason", (event) => text(event, "reason", "")),
    column("Object", eventObject),
    wide("Subobject", (event) => text(event, "involvedObject.fieldPath", "")),
    wide("Source", eventSource),
    column("Message", (event) => text(event, "message", "").trim()),
    wide("First Seen", (event, now) => eventTime(event, "firstTimestamp", now)),
    wide("Count", (event) => integer(event, "series.count", integer(event, "count", 1))),
    wide("Name", (event) => event.metadata.name ?? ""),
  ],
  ConfigMap: [nameColumn, count("Data", size("data", "binaryData")), ageColumn],
  Secret: [nameColumn, column("Type", (object) => text(object, "type", "")), count("Data", size("data")), ageColumn],
  ServiceAccount: [nameColumn, ageColumn],
  Service: [
    nameColumn,
    column("Type", (object) => text(object, "spec.type", "ClusterIP")),
    column("Cluster-IP", (object) => text(object, "spec.clusterIP")),
    column("External-IP", externalIp),
    column("Port(s)", servicePorts),
    ageColumn,
    wide("Selector", (object) => labelText(at(object, "spec.selector"))),
  ],
  Endpoints: [nameColumn, column("Endpoints", endpointText), ageColumn],
  EndpointSlice: [
    nameColumn,
    column("AddressType", (object) => text(object, "addressType", "")),
    column("Ports", (object) =>
      joined(
        list(object, "ports").map((port) => text(port, "port", "*")),
        "<unset>",
      ),
    ),
    column("Endpoints", (object) =>
      joined(
        list(object, "endpoints").flatMap((one) => list(one, "addresses")),
        "<unset>",
      ),
    ),
    ageColumn,
  ],
  Lease: [nameColumn, column("Holder", (object) => text(object, "spec.holderIdentity", "")), ageColumn],
  PriorityClass: [
    nameColumn,
    column("Value", (object) => integer(object, "value")),
    column("Global-Default", (object) => at(object, "globalDefault") === true, { type: "boolean" }),
    ageColumn,
    column("PreemptionPolicy", (object) => text(object, "preemptionPolicy", "")),
  ],
  ResourceQuota: [
    nameColumn,
    column("Request", (object) => quotaText(object, (name) => !name.startsWith("limits."))),
    column("Limit", (object) => quotaText(object, (name) => name.startsWith("limits."))),
    ageColumn,
  ],
  LimitRange: [nameColumn, createdColumn],
  Ingress: [
    nameColumn,
    column("Class", (object) => text(object, "spec.ingressClassName")),
    column("Hosts", ingressHosts),
    column("Address", (object) =>
      joined(
        list(object, "status.loadBalancer.ingress").map((one) => text(one, "ip", text(one, "hostname"))),
        "",
      ),
    ),
    column("Ports", (object) => (list(object, "spec.tls").length > 0 ? "80, 443" : "80")),
    ageColumn,
  ],
  IngressClass: [
    nameColumn,
    column("Controller", (object) => text(object, "spec.controller", "")),
    column("Parameters", (object) =>
      at(object, "spec.parameters") === undefined
        ? "<none>"
        : `${text(object, "spec.parameters.kind")}/${text(object, "spec.parameters.name")}`,
    ),
    ageColumn,
  ],
  NetworkPolicy: [
    nameColumn,
    column("Pod-Selector", (object) => selectorText(at(object, "spec.podSelector"))),
    ageColumn,
  ],
  RoleBinding: bindingColumns,
  ClusterRoleBinding: bindingColumns,
  CustomResourceDefinition: [
    nameColumn,
    column("Scope", (object) => text(object, "spec.scope", "")),
    column("Versions", (object) =>
      list(object, "spec.versions")
        .map((version) => `${text(version, "name")}${at(version, "storage") === true ? "(storage)" : ""}`)
        .join(","),
    ),
    createdColumn,
  ],
  RuntimeClass: [nameColumn, column("Handler", (object) => text(object, "handler", "")), ageColumn],
  ValidatingWebhookConfiguration: [
    nameColumn,
    count("Webhooks", (object) => list(object, "webhooks").length),
    ageColumn,
  ],
  MutatingWebhookConfiguration: [nameColumn, count("Webhooks", (object) => list(object, "webhooks").length), ageColumn],
  ValidatingAdmissionPolicy: [
    nameColumn,
    count("Validations", (object) => list(object, "spec.validations").length),
    column("ParamKind", (object) =>
      at(object, "spec.paramKind") === undefined
        ? "<unset>"
        : `${text(object, "spec.paramKind.apiVersion")}/${text(object, "spec.paramKind.kind")}`,
    ),
    ageColumn,
  ],
  ValidatingAdmissionPolicyBinding: [
    nameColumn,
    column("PolicyName", (object) => text(object, "spec.policyName", "")),
    column("ParamRef", (object) => text(object, "spec.paramRef.name", "<unset>")),
    ageColumn,
  ],
};

function quotaText(quota: ApiObject, wanted: (name: string) => boolean): string {
  const hard = (at(quota, "status.hard") ?? {}) as Readonly<Record<string, unknown>>;
  const used = (at(quota, "status.used") ?? {}) as Readonly<Record<string, unknown>>;
  return Object.keys(hard)
    .filter(wanted)
    .toSorted()
    .map((name) => `${name}: ${fieldText(used[name] ?? 0)}/${fieldText(hard[name])}`)
    .join(", ");
}
