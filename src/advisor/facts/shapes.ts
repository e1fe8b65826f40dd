/** Files may hold anything: what rules read of an object has the shape they expect, or the object is told and left out. */
import type { KubeObject } from "../../api/index.ts";
import type { ValuePath } from "../model/place.ts";

type Shape =
  /** A text that must be there. */
  | "key"
  | "text"
  | "number"
  | "scalar"
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const list = (item: Shape): Shape => ({ list: item });
const map = (value: Shape): Shape => ({ map: value });
const fields = (known: Readonly<Record<string, Shape>>): Shape => ({ fields: known });

const amounts = map("scalar");
const resources = fields({ requests: amounts, limits: amounts });
const selection = list(fields({ key: "key", operator: "text", values: list("text") }));
const selector = fields({ matchLabels: map("text"), matchExpressions: selection });
const term = fields({ matchExpressions: selection });
const metadata = fields({
  labels: map("text"),
  annotations: map("scalar"),
  ownerReferences: list(fields({ apiVersion: "text", kind: "text", name: "text" })),
  namespace: "text",
  creationTimestamp: "text",
});
const container = fields({
  name: "text",
  image: "text",
  resources,
  env: list(fields({ name: "text", value: "text" })),
  args: list("text"),
});
const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
const podSpec = fields({
  containers: list(container),
  initContainers: list(container),
  nodeSelector: map("text"),
  tolerations: list(fields({ key: "text", value: "text" })),
  topologySpreadConstraints: list(fields({ topologyKey: "text" })),
  volumes: list(fields({ name: "text", persistentVolumeClaim: fields({ claimName: "text" }), ephemeral: fields({}) })),
  resourceClaims: list(fields({})),
  affinity: fields({
    nodeAffinity: fields({ [required]: fields({ nodeSelectorTerms: list(term) }), [preferred]: list(fields({})) }),
    podAntiAffinity: fields({
      [required]: list(fields({})),
      [preferred]: list(fields({ podAffinityTerm: fields({}) })),
    }),
  }),
  overhead: amounts,
  resources,
  terminationGracePeriodSeconds: "number",
  activeDeadlineSeconds: "number",
});
const template = fields({ metadata, spec: podSpec });
const workload = fields({
  replicas: "number",
  template,
  activeDeadlineSeconds: "number",
  volumeClaimTemplates: list(
    fields({ metadata: fields({ name: "text" }), spec: fields({ storageClassName: "text" }) }),
  ),
});
const conditions = list(fields({ type: "text", status: "text", lastTransitionTime: "text" }));
const client = fields({ service: fields({ name: "text", namespace: "text" }) });
const webhooks = list(fields({ name: "text", clientConfig: client }));
const claimSpec = fields({ expireAfter: "text" });
const taints = list(fields({ key: "text", value: "text", effect: "text" }));
const requirements = list(fields({}));
const nodeTemplate = fields({ launchTemplate: "text", subnetSelector: map("text"), tags: map("scalar") });

const specs: Readonly<Record<string, Shape>> = {
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  ReplicaSet: workload,
  ReplicationController: workload,
  Job: workload,
  CronJob: fields({ jobTemplate: fields({ spec: workload }) }),
  Pod: podSpec,
  PodDisruptionBudget: fields({ selector, minAvailable: "scalar", maxUnavailable: "scalar" }),
  LimitRange: fields({ limits: list(fields({ default: amounts, defaultRequest: amounts })) }),
  HorizontalPodAutoscaler: fields({ scaleTargetRef: fields({}), minReplicas: "number" }),
  AWSNodeTemplate: nodeTemplate,
  EC2NodeClass: fields({
    role: "text",
    tags: map("scalar"),
    subnetSelectorTerms: list(fields({ id: "text", tags: map("text") })),
  }),
  NodeClaim: claimSpec,
  Node: fields({}),
  PersistentVolumeClaim: fields({ volumeName: "text", storageClassName: "text" }),
  PersistentVolume: fields({
    nodeAffinity: fields({ required: fields({ nodeSelectorTerms: list(term) }) }),
    local: fields({}),
    hostPath: fields({}),
  }),
  Provisioner: fields({
    labels: map("text"),
    taints,
    requirements,
    provider: nodeTemplate,
    providerRef: fields({ name: "text" }),
    limits: fields({ resources: amounts }),
    consolidation: fields({}),
    weight: "number",
    ttlSecondsAfterEmpty: "number",
    ttlSecondsUntilExpired: "number",
  }),
  NodePool: fields({
    limits: amounts,
    weight: "number",
    disruption: fields({ consolidateAfter: "text" }),
    template: fields({
      metadata,
      spec: fields({
        taints,
        requirements,
        expireAfter: "text",
        nodeClassRef: fields({ group: "text", name: "text" }),
      }),
    }),
  }),
};

const containerStatuses = list(fields({ name: "text", state: fields({}), lastState: fields({}) }));
const subnets = list(fields({ id: "text", zone: "text" }));

const statuses: Readonly<Record<string, Shape>> = {
  Pod: fields({
    conditions,
    containerStatuses,
    initContainerStatuses: containerStatuses,
    phase: "text",
    reason: "text",
    message: "text",
  }),
  Job: fields({ startTime: "text", completionTime: "text" }),
  EC2NodeClass: fields({ subnets }),
  AWSNodeTemplate: fields({ subnets }),
  NodeClaim: fields({ conditions, nodeName: "text" }),
  Machine: fields({ conditions, nodeName: "text" }),
  PodDisruptionBudget: fields({ conditions, disruptionsAllowed: "number" }),
  Node: fields({ conditions, allocatable: amounts }),
  NodePool: fields({ resources: amounts }),
  Provisioner: fields({ resources: amounts }),
};

/** Fields beside metadata, spec and status. */
const others: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  Event: {
    involvedObject: fields({ kind: "text", namespace: "text", name: "text", uid: "text" }),
    source: fields({ component: "text", host: "text" }),
    reportingComponent: "text",
    reason: "text",
    message: "text",
    firstTimestamp: "text",
    lastTimestamp: "text",
    eventTime: "text",
  },
  StorageClass: {
    allowedTopologies: list(fields({ matchLabelExpressions: list(fields({ key: "key", values: list("text") })) })),
  },
  ValidatingWebhookConfiguration: { webhooks },
  MutatingWebhookConfiguration: { webhooks },
  Endpoints: { subsets: list(fields({ addresses: list(fields({})) })) },
  EndpointSlice: { endpoints: list(fields({ conditions: fields({}) })) },
};

export interface ShapeFault {
  readonly path: ValuePath;
  /** `found a text, expected a list`. */
  readonly message: string;
}

/** The first value, in order of the table, that is not what rules read; undefined for kinds that no rule reads. */
export function shapeFaultOf(object: KubeObject): ShapeFault | undefined {
  const spec = specs[object.kind];
  const status = statuses[object.kind];
  const known: Record<string, Shape> = { metadata, ...others[object.kind] };
  if (spec !== undefined) known["spec"] = spec;
  if (status !== undefined) known["status"] = status;
  return faultIn(object, fields(known), []);
}

function faultIn(value: unknown, shape: Shape, path: ValuePath): ShapeFault | undefined {
  if (value === undefined) return shape === "key" ? fault(value, "a text", path) : undefined;
  if (typeof shape === "string") return isScalar(value, shape) ? undefined : fault(value, nameOf(shape), path);
  if ("list" in shape) {
    if (!Array.isArray(value)) return fault(value, "a list", path);
    return firstFault(
      value.map((item: unknown, index) => [index, item, shape.list] as const),
      path,
    );
  }
  if (!isMapping(value)) return fault(value, "an object", path);
  const entries =
    "map" in shape
      ? Object.entries(value).map(([key, item]) => [key, item, shape.map] as const)
      : Object.entries(shape.fields).map(([key, inner]) => [key, value[key], inner] as const);
  return firstFault(entries, path);
}

function firstFault(
  entries: readonly (readonly [key: string | number, value: unknown, shape: Shape])[],
  path: ValuePath,
): ShapeFault | undefined {
  for (const [key, value, shape] of entries) {
    const found = faultIn(value, shape, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type ScalarShape = Extract<Shape, string>;

/** Types that each admits, and its name for people. */
const scalars: Readonly<Record<ScalarShape, { readonly types: readonly string[]; readonly name: string }>> = {
  key: { types: ["string"], name: "a text" },
  text: { types: ["string"], name: "a text" },
  number: { types: ["number"], name: "a number" },
  scalar: { types: ["string", "number", "boolean"], name: "a text or a number" },
};

const isScalar = (value: unknown, shape: ScalarShape): boolean => scalars[shape].types.includes(typeof value);

const nameOf = (shape: ScalarShape): string => scalars[shape].name;

const fault = (value: unknown, expected: string, path: ValuePath): ShapeFault => ({
  path,
  message: `found ${JSON.stringify(value)?.slice(0, 60) ?? "nothing"}, expected ${expected}`,
});

/** As the API server reads it: a field that is null is a field that is not there. Lists keep their places. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item)) as T;
  if (!isMapping(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)])) as T;
}
