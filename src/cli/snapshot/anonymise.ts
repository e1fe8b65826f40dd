/**
 * Objects with every name, label value, annotation, image and variable of the user's replaced, the same one always by the
 * same. Pseudonyms sort as the originals do, since orders are settled by name: the engine's answers stay equal.
 */
import type { EC2NodeClass, KubeObject } from "../../api/index.ts";

export function anonymised(given: readonly KubeObject[]): readonly KubeObject[] {
  const objects = given.map(withoutSelectors);
  const originals = new Set<string>();
  for (const object of objects)
    rewrite(object, place, (text) => {
      originals.add(text);
      return text;
    });
  const names = [...originals].toSorted();
  const width = String(names.length).length;
  const pseudonyms = new Map(names.map((name, index) => [name, `a${String(index).padStart(width, "0")}`]));
  return objects.map((object) => rewrite(object, place, (text) => pseudonyms.get(text) ?? text) as KubeObject);
}

/** Ids have forms that pseudonyms have not; which subnets a class meets is in its status. */
function withoutSelectors(object: KubeObject): KubeObject {
  if (object.kind !== "EC2NodeClass") return object;
  const { spec } = object as EC2NodeClass;
  const any = [{ tags: { any: "*" } }];
  const amiSelectorTerms = spec.amiSelectorTerms.map(({ alias }) =>
    alias === undefined ? { name: "any" } : { alias },
  );
  const changed = { ...spec, subnetSelectorTerms: any, securityGroupSelectorTerms: any, amiSelectorTerms };
  return { ...object, spec: changed } as KubeObject;
}

/** Where in an object a value stands: the field, and the key of the label or requirement that it is a value of. */
interface Place {
  readonly field: string;
  readonly parent: string;
  /** The label that a value belongs to. */
  readonly key: string | undefined;
}

const place: Place = { field: "", parent: "", key: undefined };

function rewrite(value: unknown, at: Place, change: (text: string) => string): unknown {
  if (typeof value === "string") return isPrivate(value, at) ? change(value) : value;
  if (Array.isArray(value)) return value.map((item) => rewrite(item, at, change));
  if (typeof value !== "object" || value === null) return value;
  const map = value as Readonly<Record<string, unknown>>;
  if (at.field === "annotations") return keptAnnotations(map);
  const key = typeof map["key"] === "string" ? map["key"] : undefined;
  return Object.fromEntries(
    Object.entries(map).map(([field, inner]) => {
      const isLabel = labelMaps.has(at.field);
      return [field, rewrite(inner, { field, parent: at.field, key: isLabel ? field : (key ?? at.key) }, change)];
    }),
  );
}

/** Of annotations only Karpenter's own say something to the engine; its values are words of its API. */
const keptAnnotations = (map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(map).filter(([key]) => isOwnKey(key) || key === defaultClass));

const defaultClass = "storageclass.kubernetes.io/is-default-class";

const isOwnKey = (key: string): boolean => /^(?:[a-z.]+\.)?karpenter\.(?:sh|k8s\.aws)\//.test(key);

const labelMaps: ReadonlySet<string> = new Set(["labels", "matchLabels", "nodeSelector"]);

/** Fields whose text is the API's, a figure or a time, wherever they stand. */
const publicFields: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "group",
  "operator",
  "effect",
  "key",
  "topologyKey",
  "matchLabelKeys",
  "mismatchLabelKeys",
  "type",
  "status",
  "reason",
  "phase",
  "whenUnsatisfiable",
  "nodeTaintsPolicy",
  "nodeAffinityPolicy",
  "restartPolicy",
  "preemptionPolicy",
  "protocol",
  "creationTimestamp",
  "deletionTimestamp",
  "lastTransitionTime",
  "lastHeartbeatTime",
  "lastPodEventTime",
  "startTime",
  "expireAfter",
  "consolidateAfter",
  "consolidationPolicy",
  "terminationGracePeriod",
  "nodes",
  "schedule",
  "duration",
  "reasons",
  "minAvailable",
  "maxUnavailable",
  "volumeBindingMode",
  "reclaimPolicy",
  "provisioner",
  "driver",
  "accessModes",
  "volumeMode",
  "topologyKeys",
  "amiFamily",
  "alias",
  "volumeSize",
  "instanceStorePolicy",
  "zone",
  "zoneID",
  "availabilityZone",
  "instanceType",
  "reservationType",
  "state",
  "httpEndpoint",
  "httpProtocolIPv6",
  "httpTokens",
  "deviceName",
  "volumeType",
  "interfaceType",
  "nestedVirtualization",
  "strategy",
]);

/** Maps whose values are quantities under names of resources. */
const quantityMaps: ReadonlySet<string> = new Set([
  "requests",
  "limits",
  "capacity",
  "allocatable",
  "overhead",
  "kubeReserved",
  "systemReserved",
  "evictionHard",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "evictionMinimumReclaim",
  "resources",
]);

function isPrivate(text: string, { field, parent, key }: Place): boolean {
  if (text === "") return false;
  if (key !== undefined && (labelMaps.has(parent) || field === "values" || field === "value"))
    return !isPublicLabel(key);
  if (quantityMaps.has(parent)) return false;
  return !publicFields.has(field);
}

/** Keys whose values are the provider's or Kubernetes' own. Of others not even the values of selectors are kept. */
const isPublicLabel = (key: string): boolean => publicLabels.has(key) || key.startsWith("karpenter.k8s.aws/instance-");

const publicLabels: ReadonlySet<string> = new Set([
  "node.kubernetes.io/instance-type",
  "node.kubernetes.io/windows-build",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.k8s.aws/zone-id",
  "topology.ebs.csi.aws.com/zone",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "karpenter.sh/capacity-type",
  "karpenter.sh/registered",
  "karpenter.sh/initialized",
]);
