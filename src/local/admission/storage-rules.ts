/** Rules of volumes, claims and storage classes. */
import type { PersistentVolumeClaim, StorageClass } from "../../api/index.ts";
import { forbiddenField, notSupported, required, type Cause } from "../apiserver/faults.ts";
import type { ResourceRules, WriteContext } from "../apiserver/resource.ts";
import { equalJson, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { withDefaults, withMember } from "./defaulting.ts";
import { oneOf, unchanged } from "./field-checks.ts";

const storageClasses = { group: "storage.k8s.io", plural: "storageclasses" };
const defaultMark = "storageclass.kubernetes.io/is-default-class";
const modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/** Admission DefaultStorageClass: the newest of the classes marked as default; by name where two are of one second. */
function defaultStorageClass(context: WriteContext): string | undefined {
  const marked = [...context.all(storageClasses)].filter(
    ({ metadata }) => metadata.annotations?.[defaultMark] === "true",
  );
  const newestFirst = marked.toSorted((a, b) => {
    const byTime = (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? "");
    return byTime === 0 ? (a.metadata.name ?? "").localeCompare(b.metadata.name ?? "") : byTime;
  });
  return newestFirst[0]?.metadata.name;
}

function claimCauses(object: ApiObject): readonly Cause[] {
  const { spec } = object as unknown as PersistentVolumeClaim;
  const access = spec?.accessModes ?? [];
  return [
    ...(access.length === 0 ? [required("spec.accessModes", "at least 1 access mode is required")] : []),
    ...access
      .filter((mode) => !modes.includes(mode))
      .map((mode) => notSupported("spec.accessModes", mode, modes.toSorted())),
    ...(spec?.resources?.requests?.["storage"] === undefined ? [required("spec.resources[storage]")] : []),
    ...oneOf(spec?.volumeMode, ["Block", "Filesystem"], "spec.volumeMode"),
  ];
}

function fixedClaim(object: ApiObject): JsonObject {
  const { resources: _resources, volumeAttributesClassName: _class, ...rest } = (object["spec"] ?? {}) as JsonObject;
  return rest;
}

export const claimRules: ResourceRules = {
  applyDefaults: (object) =>
    withMember(object as JsonObject, "spec", (spec) =>
      withDefaults(spec, { volumeMode: "Filesystem" }),
    ) as unknown as ApiObject,
  prepareCreate: (object, context) => {
    const named = withMember(object as JsonObject, "spec", (spec) =>
      withDefaults(spec, { storageClassName: defaultStorageClass(context) }),
    );
    return { ...named, status: { phase: "Pending" } } as unknown as ApiObject;
  },
  validateCreate: claimCauses,
  validateUpdate: (next, old) => {
    const [after, before] = [fixedClaim(next), fixedClaim(old)];
    // The volume name is set once, by whoever binds the claim; a class may be given to a claim that has none.
    const bound = before["volumeName"] ? before : { ...before, volumeName: after["volumeName"] };
    const classed =
      bound["storageClassName"] === undefined ? { ...bound, storageClassName: after["storageClassName"] } : bound;
    const same = equalJson(JSON.parse(JSON.stringify(classed)), JSON.parse(JSON.stringify(after)));
    const text =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    return [...claimCauses(next), ...(same ? [] : [forbiddenField("spec", text)])];
  },
};

export const volumeRules: ResourceRules = {
  applyDefaults: (object) =>
    withMember(object as JsonObject, "spec", (spec) =>
      withDefaults(spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" }),
    ) as unknown as ApiObject,
  prepareCreate: (object) => ({ ...object, status: { phase: "Pending" } }),
  validateCreate: (object) => {
    const spec = (object["spec"] ?? {}) as JsonObject;
    const capacity = (spec["capacity"] ?? {}) as JsonObject;
    return [
      ...(Array.isArray(spec["accessModes"]) && spec["accessModes"].length > 0 ? [] : [required("spec.accessModes")]),
      ...(capacity["storage"] === undefined ? [required("spec.capacity")] : []),
    ];
  },
};

function classCauses(object: ApiObject): readonly Cause[] {
  const storageClass = object as unknown as StorageClass;
  return [
    ...(storageClass.provisioner ? [] : [required("provisioner")]),
    ...oneOf(storageClass.reclaimPolicy, ["Delete", "Retain"], "reclaimPolicy"),
    ...oneOf(storageClass.volumeBindingMode, ["Immediate", "WaitForFirstConsumer"], "volumeBindingMode"),
  ];
}

export const storageClassRules: ResourceRules = {
  applyDefaults: (object) =>
    withDefaults(object as JsonObject, {
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    }) as unknown as ApiObject,
  validateCreate: classCauses,
  validateUpdate: (next, old) => [
    ...classCauses(next),
    ...["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"].flatMap((name) =>
      name === "parameters" && !equalJson(next[name] ?? {}, old[name] ?? {})
        ? [forbiddenField("parameters", "updates to parameters are forbidden.")]
        : unchanged(next[name], old[name], name),
    ),
  ],
};
