/** Rules of the smaller kinds: nodes, budgets, priorities, secrets, leases, autoscalers, network policies. */
import type { Node, PodDisruptionBudget, PriorityClass, Taint } from "../../api/index.ts";
import { duplicate, forbiddenField, invalidValue, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { labelValueProblems, qualifiedNameProblems } from "../apiserver/metadata-rules.ts";
import type { ResourceRules } from "../apiserver/resource.ts";
import { equalJson, isRecord, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { valueAt } from "../store/field-path.ts";
import { withDefaults, withItems, withMember } from "./defaulting.ts";
import { unchanged, validateSelector } from "./field-checks.ts";
import { countOrPercent } from "./workload-rules.ts";

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintCauses(taints: readonly Taint[]): readonly Cause[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const field = `spec.taints[${index}]`;
    const pair = `${taint.key}:${taint.effect}`;
    const doubled = seen.has(pair) ? [duplicate(field, taint)] : [];
    seen.add(pair);
    return [
      ...qualifiedNameProblems(taint.key ?? "").map((problem) => invalidValue(`${field}.key`, taint.key, problem)),
      ...labelValueProblems(taint.value ?? "").map((problem) => invalidValue(`${field}.value`, taint.value, problem)),
      ...(effects.includes(taint.effect)
        ? []
        : [notSupported(`${field}.effect`, taint.effect ?? "", effects.toSorted())]),
      ...doubled,
    ];
  });
}

const nodeCauses = (node: ApiObject): readonly Cause[] => taintCauses((node as unknown as Node).spec?.taints ?? []);

const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** Admission TaintNodesByCondition: nobody is scheduled to a new node until it is found ready. */
function withNotReadyTaint(object: ApiObject): ApiObject {
  const { spec } = object as unknown as Node;
  const taints = spec.taints ?? [];
  if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return object;
  return { ...object, spec: { ...spec, taints: [...taints, notReady] } };
}

export const nodeRules: ResourceRules = {
  applyDefaults: (node) =>
    withMember(withDefaults(node as JsonObject, { spec: {} }), "status", (status) =>
      withDefaults(status, { daemonEndpoints: { kubeletEndpoint: { Port: 0 } } }),
    ) as unknown as ApiObject,
  keepsStatusAtCreate: true,
  prepareCreate: withNotReadyTaint,
  validateCreate: nodeCauses,
  validateUpdate: (next, old) => {
    const [after, before] = [(next as unknown as Node).spec?.providerID, (old as unknown as Node).spec?.providerID];
    const moved = before !== undefined && before !== "" && after !== before;
    const text =
      "node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)";
    return [...nodeCauses(next), ...(moved ? [forbiddenField("spec.providerID", text)] : [])];
  },
};

/** The spec as kube-apiserver prints it in an error: the fields of its internal form. */
const internalBudget = (spec: PodDisruptionBudget["spec"]) => ({
  MinAvailable: spec?.minAvailable ?? null,
  Selector: spec?.selector ?? null,
  MaxUnavailable: spec?.maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: spec?.unhealthyPodEvictionPolicy ?? null,
});

function budgetCauses(object: ApiObject): readonly Cause[] {
  const { spec } = object as unknown as PodDisruptionBudget;
  const both = spec?.minAvailable !== undefined && spec?.maxUnavailable !== undefined;
  return [
    ...(both ? [invalidValue("spec", internalBudget(spec), "minAvailable and maxUnavailable cannot be both set")] : []),
    ...countOrPercent(spec?.minAvailable, "spec.minAvailable"),
    ...countOrPercent(spec?.maxUnavailable, "spec.maxUnavailable"),
    ...validateSelector(spec?.selector, "spec.selector"),
  ];
}

export const budgetRules: ResourceRules = {
  prepareCreate: (object) => ({
    ...object,
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  }),
  validateCreate: budgetCauses,
  validateUpdate: budgetCauses,
};

const highestUserPriority = 1_000_000_000;

function priorityCauses(object: ApiObject): readonly Cause[] {
  const { metadata, value } = object as unknown as PriorityClass;
  const name = metadata.name ?? "";
  if (name.startsWith("system-")) {
    const known = ["system-cluster-critical", "system-node-critical"].includes(name);
    return known
      ? []
      : [
          forbiddenField(
            "metadata.name",
            `priority class names with 'system-' prefix are reserved for system use only`,
          ),
        ];
  }
  return value > highestUserPriority
    ? [forbiddenField("value", `maximum allowed value of a user defined priority is ${highestUserPriority}`)]
    : [];
}

export const priorityClassRules: ResourceRules = {
  applyDefaults: (object) =>
    withDefaults(object as JsonObject, { preemptionPolicy: "PreemptLowerPriority", value: 0 }) as unknown as ApiObject,
  validateCreate: priorityCauses,
  validateUpdate: (next, old) => [
    ...(next["value"] === old["value"] ? [] : [forbiddenField("value", "may not be changed in an update.")]),
    ...unchanged(next["preemptionPolicy"], old["preemptionPolicy"], "preemptionPolicy"),
  ],
};

const keyPattern = /^[-._a-zA-Z0-9]+$/;

function dataCauses(object: ApiObject): readonly Cause[] {
  return ["data", "binaryData"].flatMap((member) => {
    const data = object[member];
    return Object.keys(isRecord(data) ? data : {})
      .filter((key) => !keyPattern.test(key) || key.length > 253)
      .map((key) =>
        invalidValue(
          `${member}[${key}]`,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
      );
  });
}

function dataUpdateCauses(next: ApiObject, old: ApiObject): readonly Cause[] {
  const frozen = old["immutable"] === true;
  const changed = ["data", "binaryData", "immutable"].filter((member) => !equalJson(next[member], old[member]));
  return [
    ...dataCauses(next),
    ...(frozen ? changed.map((member) => forbiddenField(member, "field is immutable when `immutable` is set")) : []),
  ];
}

export const configMapRules: ResourceRules = { validateCreate: dataCauses, validateUpdate: dataUpdateCauses };

function withPlainSecret(secret: ApiObject): ApiObject {
  const { stringData, ...rest } = withDefaults(secret as JsonObject, { type: "Opaque" });
  if (!isRecord(stringData)) return rest as unknown as ApiObject;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(value as string).toString("base64"),
  ]);
  const data = { ...(isRecord(rest["data"]) ? rest["data"] : {}), ...Object.fromEntries(encoded) };
  return { ...rest, data } as unknown as ApiObject;
}

export const secretRules: ResourceRules = {
  applyDefaults: withPlainSecret,
  validateCreate: dataCauses,
  validateUpdate: (next, old) => [...dataUpdateCauses(next, old), ...unchanged(next["type"], old["type"], "type")],
};

export const leaseRules: ResourceRules = {
  validateCreate: leaseCauses,
  validateUpdate: leaseCauses,
};

function leaseCauses(lease: ApiObject): readonly Cause[] {
  const seconds = valueAt(lease, ["spec", "leaseDurationSeconds"]);
  const transitions = valueAt(lease, ["spec", "leaseTransitions"]);
  return [
    ...(typeof seconds === "number" && seconds <= 0
      ? [invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0")]
      : []),
    ...(typeof transitions === "number" && transitions < 0
      ? [invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0")]
      : []),
  ];
}

export const autoscalerRules: ResourceRules = {
  applyDefaults: (object) =>
    withMember(object as JsonObject, "spec", (spec) => withDefaults(spec, { minReplicas: 1 })) as unknown as ApiObject,
  prepareCreate: (object) => ({ ...object, status: { currentMetrics: null, desiredReplicas: 0 } }),
  validateCreate: (object) => {
    const most = Number(valueAt(object, ["spec", "maxReplicas"]) ?? 0);
    return most > 0 ? [] : [invalidValue("spec.maxReplicas", most, "must be greater than 0")];
  },
};

export const networkPolicyRules: ResourceRules = {
  applyDefaults: (object) =>
    withMember(object as JsonObject, "spec", (spec) =>
      withDefaults(spec, {
        podSelector: {},
        policyTypes: spec["egress"] === undefined ? ["Ingress"] : ["Ingress", "Egress"],
      }),
    ) as unknown as ApiObject,
};

const rbacGroup = "rbac.authorization.k8s.io";

export const roleBindingRules: ResourceRules = {
  applyDefaults: (object) =>
    withItems(
      withMember(object as JsonObject, "roleRef", (ref) => withDefaults(ref, { apiGroup: rbacGroup })),
      "subjects",
      (subject) => (subject["kind"] === "ServiceAccount" ? subject : withDefaults(subject, { apiGroup: rbacGroup })),
    ) as unknown as ApiObject,
  validateCreate: (object) => (isRecord(object["roleRef"]) ? [] : [required("roleRef")]),
  validateUpdate: (next, old) =>
    equalJson(next["roleRef"], old["roleRef"])
      ? []
      : [invalidValue("roleRef", next["roleRef"], "cannot change roleRef")],
};
