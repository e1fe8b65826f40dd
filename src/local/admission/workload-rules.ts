/** Rules of Deployments, ReplicaSets, StatefulSets and DaemonSets (apps/v1). */
import type { Deployment, LabelSelector, PodTemplateSpec } from "../../api/index.ts";
import { forbiddenField, invalidValue, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { validateLabels } from "../apiserver/metadata-rules.ts";
import type { ResourceRules } from "../apiserver/resource.ts";
import { equalJson, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { labelSelectorMatch } from "../store/label-selector.ts";
import { chain, withDefaults, withItems, withMember } from "./defaulting.ts";
import { nonNegative, oneOf, unchanged, validateSelector } from "./field-checks.ts";
import { withTemplateDefaults } from "./pod-spec-defaults.ts";
import { validatePodSpec } from "./pod-validation.ts";

const quarter = "25%";

interface WorkloadSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  /** Of a StatefulSet. */
  readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[];
}

const specOf = (object: ApiObject): WorkloadSpec => object["spec"] ?? {};

/** Runs `change` over the spec after the pod template's own defaults. */
export function specDefaults(change: (spec: JsonObject) => JsonObject): (object: ApiObject) => ApiObject {
  return (object) =>
    withMember(object as JsonObject, "spec", (spec) => change(withTemplateDefaults(spec))) as unknown as ApiObject;
}

/** The selector must be there, select something, and select the template's pods. */
function selectorCauses(spec: WorkloadSpec, kind: string): readonly Cause[] {
  const { selector, template } = spec;
  if (selector === undefined) return [required("spec.selector")];
  const empty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  if (empty) return [invalidValue("spec.selector", selector, `empty selector is invalid for ${kind}`)];
  const causes = validateSelector(selector, "spec.selector");
  const labels = template?.metadata?.labels ?? {};
  if (causes.length > 0 || labelSelectorMatch(selector)(labels)) return causes;
  return [invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")];
}

export function templateCauses(
  template: PodTemplateSpec | undefined,
  field: string,
  claims: readonly string[] = [],
): readonly Cause[] {
  if (template === undefined) return [required(`${field}.spec.containers`)];
  return [
    ...validateLabels(template.metadata?.labels, `${field}.labels`),
    ...validatePodSpec(template.spec, `${field}.spec`, { template: true, claims }),
  ];
}

function alwaysRestarts(template: PodTemplateSpec | undefined): readonly Cause[] {
  const policy = template?.spec?.restartPolicy;
  return policy === undefined || policy === "Always"
    ? []
    : [notSupported("spec.template.spec.restartPolicy", policy, ["Always"])];
}

function workloadCauses(object: ApiObject, kind: string): readonly Cause[] {
  const spec = specOf(object);
  return [
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...selectorCauses(spec, kind),
    ...templateCauses(
      spec.template,
      "spec.template",
      (spec.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []),
    ),
    ...alwaysRestarts(spec.template),
  ];
}

function rulesFor(
  kind: string,
  defaults: (spec: JsonObject) => JsonObject,
  own: (object: ApiObject) => readonly Cause[] = () => [],
): ResourceRules {
  const validate = (object: ApiObject): readonly Cause[] => [...workloadCauses(object, kind), ...own(object)];
  return {
    applyDefaults: specDefaults(defaults),
    prepareCreate: (object) => ({ ...object, status: {} }),
    validateCreate: validate,
    validateUpdate: (next, old) => [
      ...validate(next),
      ...unchanged(specOf(next).selector, specOf(old).selector, "spec.selector"),
    ],
  };
}

/** Counts and shares: whole numbers of at least zero, or percentages. */
export function countOrPercent(value: unknown, field: string): readonly Cause[] {
  if (value === undefined || (typeof value === "number" && value >= 0)) return [];
  if (typeof value === "number") return [invalidValue(field, value, "must be greater than or equal to 0")];
  return typeof value === "string" && /^\d+%$/.test(value)
    ? []
    : [
        invalidValue(
          field,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

function strategyCauses(object: ApiObject): readonly Cause[] {
  const { type, rollingUpdate } = (object as unknown as Deployment).spec.strategy ?? {};
  if (type === "Recreate") {
    const text = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate === undefined ? [] : [forbiddenField("spec.strategy.rollingUpdate", text)];
  }
  return [...oneOf(type, ["Recreate", "RollingUpdate"], "spec.strategy.type"), ...rollingCauses(rollingUpdate ?? {})];
}

function rollingCauses({ maxSurge, maxUnavailable }: JsonObject): readonly Cause[] {
  const field = "spec.strategy.rollingUpdate";
  const zero = (value: unknown): boolean => value === 0 || value === "0%";
  const stuck = zero(maxSurge) && zero(maxUnavailable);
  return [
    ...countOrPercent(maxSurge, `${field}.maxSurge`),
    ...countOrPercent(maxUnavailable, `${field}.maxUnavailable`),
    ...(stuck ? [invalidValue(`${field}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")] : []),
  ];
}

const withRolling =
  (defaults: JsonObject) =>
  (strategy: JsonObject): JsonObject => {
    const typed = withDefaults(strategy, { type: "RollingUpdate" });
    if (typed["type"] !== "RollingUpdate") return typed;
    return withMember(withDefaults(typed, { rollingUpdate: {} }), "rollingUpdate", (rolling) =>
      withDefaults(rolling, defaults),
    );
  };

export const deploymentRules = rulesFor(
  "deployment",
  (spec) =>
    withMember(
      withDefaults(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
      "strategy",
      withRolling({ maxSurge: quarter, maxUnavailable: quarter }),
    ),
  strategyCauses,
);

export const replicaSetRules: ResourceRules = {
  ...rulesFor("replica set", (spec) => withDefaults(spec, { replicas: 1 })),
  prepareCreate: (object) => ({ ...object, status: { replicas: 0 } }),
};

const templateGeneration = "deprecated.daemonset.template.generation";

const withTemplateGeneration = (object: ApiObject, generation: number): ApiObject =>
  withMetadata(object, { annotations: { ...object.metadata.annotations, [templateGeneration]: String(generation) } });

/** Counts the changes of the template, as apps/v1beta1 did; the count has lived in an annotation since. */
function nextTemplateGeneration(next: ApiObject, old: ApiObject): ApiObject {
  const before = Number(old.metadata.annotations?.[templateGeneration] ?? 0);
  const isChanged = !equalJson(specOf(next).template, specOf(old).template);
  return withTemplateGeneration(next, isChanged ? before + 1 : before);
}

export const daemonSetRules: ResourceRules = {
  ...rulesFor("daemonset", (spec) =>
    withMember(
      withDefaults(spec, { updateStrategy: {}, revisionHistoryLimit: 10 }),
      "updateStrategy",
      withRolling({ maxSurge: 0, maxUnavailable: 1 }),
    ),
  ),
  prepareCreate: (object) => ({
    ...withTemplateGeneration(object, 1),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  prepareUpdate: nextTemplateGeneration,
};

function withClaimDefaults(claim: JsonObject): JsonObject {
  return chain(
    withDefaults(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } }),
    (next) => withMember(next, "spec", (spec) => withDefaults(spec, { volumeMode: "Filesystem" })),
  );
}

const statefulBase = rulesFor("statefulset", (spec) =>
  chain(
    withDefaults(spec, {
      replicas: 1,
      podManagementPolicy: "OrderedReady",
      updateStrategy: {},
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    }),
    (next) => withMember(next, "updateStrategy", withRolling({ partition: 0, maxUnavailable: 1 })),
    (next) => withItems(next, "volumeClaimTemplates", withClaimDefaults),
  ),
);

const changeable = new Set([
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
]);

export const statefulSetRules: ResourceRules = {
  ...statefulBase,
  prepareCreate: (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  validateUpdate: (next, old) => {
    const fixed = (object: ApiObject): unknown =>
      Object.fromEntries(Object.entries(specOf(object)).filter(([name]) => !changeable.has(name)));
    return [
      ...workloadCauses(next, "statefulset"),
      ...(equalJson(fixed(next), fixed(old))
        ? []
        : [
            forbiddenField(
              "spec",
              "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
            ),
          ]),
    ];
  },
};
