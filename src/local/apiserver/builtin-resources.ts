/** The built-in kinds that the embedded server serves: names, scope, subresources, selectable fields. */
import { resourceType } from "../../api/index.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { FieldReader } from "../store/field-selector.ts";
import { fieldText, valueAt } from "../store/field-path.ts";
import { decodeBuiltin } from "../schema/builtin-decoding.ts";
import { modelOfKind } from "../schema/field-table.ts";
import { badRequest } from "./faults.ts";
import type { DecodeResult, ResourceDefinition, ResourceRules, ScalePaths } from "./resource.ts";

export interface BuiltinRow {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly cluster?: true;
  readonly short?: readonly string[];
  /** Member of the category `all`. */
  readonly all?: true;
  readonly status?: true;
  readonly scale?: true;
  readonly generation?: true;
  readonly fields?: readonly string[];
  readonly indexed?: string;
}

const row = (
  apiVersion: string,
  kind: string,
  plural: string,
  more: Omit<BuiltinRow, "apiVersion" | "kind" | "plural"> = {},
): BuiltinRow => ({
  apiVersion,
  kind,
  plural,
  ...more,
});

const eventFields = [
  "involvedObject.kind",
  "involvedObject.namespace",
  "involvedObject.name",
  "involvedObject.uid",
  "involvedObject.apiVersion",
  "involvedObject.resourceVersion",
  "involvedObject.fieldPath",
  "reason",
  "reportingComponent",
  "source",
  "type",
];

const podFields = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.nominatedNodeName",
];

/** In the order in which discovery names them: by group, then by resource. */
export const builtinRows: readonly BuiltinRow[] = Object.freeze([
  row("v1", "ConfigMap", "configmaps", { short: ["cm"] }),
  row("v1", "Endpoints", "endpoints", { short: ["ep"] }),
  row("v1", "Event", "events", { short: ["ev"], fields: eventFields }),
  row("v1", "LimitRange", "limitranges", { short: ["limits"] }),
  row("v1", "Namespace", "namespaces", { cluster: true, short: ["ns"], status: true, fields: ["status.phase"] }),
  row("v1", "Node", "nodes", { cluster: true, short: ["no"], status: true, fields: ["spec.unschedulable"] }),
  row("v1", "PersistentVolumeClaim", "persistentvolumeclaims", { short: ["pvc"], status: true }),
  row("v1", "PersistentVolume", "persistentvolumes", { cluster: true, short: ["pv"], status: true }),
  row("v1", "Pod", "pods", {
    short: ["po"],
    all: true,
    status: true,
    generation: true,
    fields: podFields,
    indexed: "spec.nodeName",
  }),
  row("v1", "PodTemplate", "podtemplates"),
  row("v1", "ReplicationController", "replicationcontrollers", {
    short: ["rc"],
    all: true,
    status: true,
    scale: true,
    generation: true,
    fields: ["status.replicas"],
  }),
  row("v1", "ResourceQuota", "resourcequotas", { short: ["quota"], status: true }),
  row("v1", "Secret", "secrets", { fields: ["type"] }),
  row("v1", "ServiceAccount", "serviceaccounts", { short: ["sa"] }),
  row("v1", "Service", "services", {
    short: ["svc"],
    all: true,
    status: true,
    fields: ["spec.clusterIP", "spec.type"],
  }),
  row("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", {
    cluster: true,
    short: ["crd", "crds"],
    status: true,
    generation: true,
  }),
  row("apps/v1", "ControllerRevision", "controllerrevisions"),
  row("apps/v1", "DaemonSet", "daemonsets", { short: ["ds"], all: true, status: true, generation: true }),
  row("apps/v1", "Deployment", "deployments", {
    short: ["deploy"],
    all: true,
    status: true,
    scale: true,
    generation: true,
  }),
  row("apps/v1", "ReplicaSet", "replicasets", {
    short: ["rs"],
    all: true,
    status: true,
    scale: true,
    generation: true,
    fields: ["status.replicas"],
  }),
  row("apps/v1", "StatefulSet", "statefulsets", {
    short: ["sts"],
    all: true,
    status: true,
    scale: true,
    generation: true,
  }),
  row("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", {
    short: ["hpa"],
    all: true,
    status: true,
  }),
  row("batch/v1", "CronJob", "cronjobs", { short: ["cj"], all: true, status: true, generation: true }),
  row("batch/v1", "Job", "jobs", { all: true, status: true, generation: true, fields: ["status.successful"] }),
  row("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", {
    cluster: true,
    short: ["csr"],
    status: true,
    fields: ["spec.signerName"],
  }),
  row("networking.k8s.io/v1", "IngressClass", "ingressclasses", { cluster: true, generation: true }),
  row("networking.k8s.io/v1", "Ingress", "ingresses", { short: ["ing"], status: true, generation: true }),
  row("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", { short: ["netpol"], generation: true }),
  row("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", { short: ["pdb"], status: true, generation: true }),
  row("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", { cluster: true }),
  row("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", { cluster: true }),
  row("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  row("rbac.authorization.k8s.io/v1", "Role", "roles"),
  row("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", { cluster: true, short: ["pc"], generation: true }),
  row("storage.k8s.io/v1", "CSIDriver", "csidrivers", { cluster: true }),
  row("storage.k8s.io/v1", "CSINode", "csinodes", { cluster: true }),
  row("storage.k8s.io/v1", "CSIStorageCapacity", "csistoragecapacities"),
  row("storage.k8s.io/v1", "StorageClass", "storageclasses", { cluster: true, short: ["sc"] }),
  row("storage.k8s.io/v1", "VolumeAttachment", "volumeattachments", { cluster: true, status: true }),
  row("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", {
    cluster: true,
    generation: true,
  }),
  row("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", {
    cluster: true,
    status: true,
    generation: true,
  }),
  row("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", {
    cluster: true,
    generation: true,
  }),
  row("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", {
    cluster: true,
    generation: true,
  }),
  row("apiregistration.k8s.io/v1", "APIService", "apiservices", { cluster: true, status: true }),
  row("coordination.k8s.io/v1", "Lease", "leases"),
  row("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", { generation: true }),
  row("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", { cluster: true }),
]);

const scalePaths: ScalePaths = {
  specReplicas: ["spec", "replicas"],
  statusReplicas: ["status", "replicas"],
  selector: ["spec", "selector"],
};

/** Fields whose selector text is not simply the text of the member. */
const specialFields: Readonly<Record<string, FieldReader>> = {
  "spec.unschedulable": (node) => String(valueAt(node, ["spec", "unschedulable"]) === true),
  "spec.hostNetwork": (pod) => String(valueAt(pod, ["spec", "hostNetwork"]) === true),
  "status.successful": (job) => String(Number(valueAt(job, ["status", "succeeded"]) ?? 0)),
  "status.replicas": (set) => String(Number(valueAt(set, ["status", "replicas"]) ?? 0)),
  source: (event) => fieldText(valueAt(event, ["source", "component"]) ?? event["reportingComponent"]),
  reportingComponent: (event) => fieldText(event["reportingComponent"]),
};

function readers(fields: readonly string[]): Readonly<Record<string, FieldReader>> {
  return Object.fromEntries(
    fields.map((field) => {
      const path = field.split(".");
      return [field, specialFields[field] ?? ((object: ApiObject) => fieldText(valueAt(object, path)))];
    }),
  );
}

/** Builds the served definition of a row with the rules of its kind. */
export function builtinDefinition(source: BuiltinRow, rules: ResourceRules): ResourceDefinition {
  const type = resourceType(source.apiVersion, source.kind, source.plural, source.cluster ? "Cluster" : "Namespaced");
  return {
    type,
    singular: source.kind.toLowerCase(),
    listKind: `${source.kind}List`,
    shortNames: source.short ?? [],
    categories: source.all ? ["all"] : source.kind === "CustomResourceDefinition" ? ["api-extensions"] : [],
    hasStatus: source.status ?? false,
    selectableFields: readers(source.fields ?? []),
    rules: { ...(source.generation ? { generationFields: "all-but-status" as const } : {}), ...rules },
    custom: false,
    decode: (object) => decoded(object, source),
    ...(source.scale ? { scale: scalePaths } : {}),
    ...(source.indexed === undefined ? {} : { indexedField: source.indexed }),
  };
}

function decoded(object: ApiObject, { apiVersion, kind }: BuiltinRow): DecodeResult {
  const model = modelOfKind(apiVersion, kind);
  if (model === undefined) return { object, unknownFields: [] };
  const result = decodeBuiltin(object, model);
  if (result.failure !== undefined) {
    const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${result.failure}`);
  }
  return result;
}
