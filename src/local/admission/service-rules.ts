/** Rules of Services (core/v1): addresses and ports that the server gives out. */
import { invalidValue, required, type Cause } from "../apiserver/faults.ts";
import type { ResourceRules, WriteContext } from "../apiserver/resource.ts";
import { isRecord, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { valueAt } from "../store/field-path.ts";
import { withDefaults, withItems, withMember } from "./defaulting.ts";
import { oneOf, validateSelector } from "./field-checks.ts";

const services = { group: "", plural: "services" };
const firstNodePort = 30_000;
const lastNodePort = 32_767;

const specOf = (object: ApiObject): JsonObject => (isRecord(object["spec"]) ? object["spec"] : {});

const exposesNodePorts = (spec: JsonObject): boolean => spec["type"] === "NodePort" || spec["type"] === "LoadBalancer";

function applyDefaults(object: ApiObject): ApiObject {
  return withMember(object as JsonObject, "spec", (spec) => {
    const typed = withDefaults(spec, { type: "ClusterIP", sessionAffinity: "None" });
    if (typed["type"] === "ExternalName") return typed;
    const routed = withDefaults(typed, {
      internalTrafficPolicy: "Cluster",
      externalTrafficPolicy: exposesNodePorts(typed) ? "Cluster" : undefined,
      allocateLoadBalancerNodePorts: typed["type"] === "LoadBalancer" ? true : undefined,
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
    });
    return withItems(routed, "ports", (port) => withDefaults(port, { protocol: "TCP", targetPort: port["port"] }));
  }) as unknown as ApiObject;
}

/** Addresses 10.96.0.2 to 10.96.255.254, the lowest that is free, so that equal runs give equal addresses. */
function freeAddress(context: WriteContext): string {
  const taken = new Set([...context.all(services)].map((service) => valueAt(service, ["spec", "clusterIP"])));
  for (let index = 2; index < 65_535; index += 1) {
    const address = `10.96.${Math.floor(index / 256)}.${index % 256}`;
    if (!taken.has(address)) return address;
  }
  return "None";
}

function withNodePorts(spec: JsonObject, context: WriteContext): JsonObject {
  if (!exposesNodePorts(spec)) return spec;
  const taken = new Set(
    [...context.all(services)].flatMap((service) => {
      const ports = valueAt(service, ["spec", "ports"]);
      return Array.isArray(ports) ? ports.map((port: unknown) => valueAt(port, ["nodePort"])) : [];
    }),
  );
  return withItems(spec, "ports", (port) => {
    if (port["nodePort"] !== undefined) return port;
    let free = firstNodePort;
    while (taken.has(free) && free < lastNodePort) free += 1;
    taken.add(free);
    return { ...port, nodePort: free };
  });
}

function prepareCreate(object: ApiObject, context: WriteContext): ApiObject {
  const spec = specOf(object);
  const status = { loadBalancer: {} };
  if (spec["type"] === "ExternalName") return { ...object, status };
  const clusterIP = spec["clusterIP"] || freeAddress(context);
  const addressed = { ...spec, clusterIP, clusterIPs: spec["clusterIPs"] ?? [clusterIP] };
  return { ...object, spec: withNodePorts(addressed, context), status };
}

function causes(object: ApiObject): readonly Cause[] {
  const spec = specOf(object);
  const ports = Array.isArray(spec["ports"]) ? (spec["ports"] as readonly JsonObject[]) : [];
  const headless = spec["clusterIP"] === "None" || spec["type"] === "ExternalName";
  return [
    ...oneOf(spec["type"], ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "spec.type"),
    ...(ports.length === 0 && !headless ? [required("spec.ports")] : []),
    ...ports.flatMap((port, index) => [
      ...(ports.length > 1 && !port["name"] ? [required(`spec.ports[${index}].name`)] : []),
      ...portRange(port["port"], `spec.ports[${index}].port`),
      ...(typeof port["targetPort"] === "number"
        ? portRange(port["targetPort"], `spec.ports[${index}].targetPort`)
        : []),
    ]),
    ...validateSelector({ matchLabels: (spec["selector"] ?? {}) as Record<string, string> }, "spec.selector"),
    ...(spec["type"] === "ExternalName" && !spec["externalName"] ? [required("spec.externalName")] : []),
  ];
}

function portRange(port: unknown, field: string): readonly Cause[] {
  if (typeof port === "number" && port >= 1 && port <= 65_535) return [];
  return [invalidValue(field, port ?? 0, "must be between 1 and 65535, inclusive")];
}

export const serviceRules: ResourceRules = {
  applyDefaults,
  prepareCreate,
  validateCreate: causes,
  prepareUpdate: (next, old) => {
    const spec = specOf(next);
    if (spec["type"] === "ExternalName") return next;
    const kept = { clusterIP: specOf(old)["clusterIP"], clusterIPs: specOf(old)["clusterIPs"] };
    return { ...next, spec: withDefaults(spec, kept) };
  },
  validateUpdate: (next, old) => {
    const [after, before] = [specOf(next)["clusterIP"], specOf(old)["clusterIP"]];
    const fixed = before !== undefined && before !== "" && after !== before && specOf(old)["type"] !== "ExternalName";
    return [
      ...causes(next),
      ...(fixed ? [invalidValue("spec.clusterIPs[0]", [after], "may not change once set")] : []),
    ];
  },
};
