/** Objects that say which pods belong together (scheduling 5.9). */
import type {
  LabelSelector,
  LabelSelectorRequirement,
  OwnerReference,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from "../../api/index.ts";

/** What the caller found, by `namespace/name`; what it could not read is simply not there. Plain data. */
export interface SelectingObjects {
  /** In order of namespace and name. */
  readonly services: readonly Service[];
  readonly replicationControllers: ReadonlyMap<string, ReplicationController>;
  readonly replicaSets: ReadonlyMap<string, ReplicaSet>;
  readonly statefulSets: ReadonlyMap<string, StatefulSet>;
}

/** Which pods count as the pod's own kind, or undefined when nothing says so: then no defaults apply to it. */
export function deduceSelector(pod: Pod, objects: SelectingObjects): LabelSelector | undefined {
  const namespace = pod.metadata.namespace ?? "default";
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const fromOwner = owner === undefined ? noOwner : ownerSelector(owner, namespace, objects);
  const services = objects.services.filter(({ metadata }) => (metadata.namespace ?? "default") === namespace);
  const matchLabels = { ...serviceLabels(pod, services), ...fromOwner.labels };
  const { expressions } = fromOwner;
  if (Object.keys(matchLabels).length === 0 && expressions === undefined) return undefined;
  return { matchLabels, ...(expressions === undefined ? {} : { matchExpressions: expressions }) };
}

/** Selectors of all services that mean the pod, a later one over an earlier one. */
function serviceLabels(pod: Pod, services: readonly Service[]): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const { spec } of services) {
    const wanted = Object.entries(spec?.selector ?? {});
    if (wanted.every(([key, value]) => pod.metadata.labels?.[key] === value)) Object.assign(labels, spec?.selector);
  }
  return labels;
}

interface OwnerSelector {
  readonly labels?: Readonly<Record<string, string>>;
  readonly expressions?: readonly LabelSelectorRequirement[];
}

const noOwner: OwnerSelector = Object.freeze({});

function ownerSelector(owner: OwnerReference, namespace: string, objects: SelectingObjects): OwnerSelector {
  const { apiVersion, kind } = owner;
  const key = `${namespace}/${owner.name}`;
  switch (`${apiVersion}/${kind}`) {
    case "v1/ReplicationController": {
      const labels = objects.replicationControllers.get(key)?.spec?.selector;
      return labels === undefined ? noOwner : { labels };
    }
    case "apps/v1/ReplicaSet":
      return expressionsOf(objects.replicaSets.get(key)?.spec.selector);
    case "apps/v1/StatefulSet":
      return expressionsOf(objects.statefulSets.get(key)?.spec.selector);
    default:
      return noOwner;
  }
}

/** As expressions, so that they hold beside the services' labels and do not replace them. */
function expressionsOf(selector: LabelSelector | undefined): OwnerSelector {
  if (selector === undefined) return noOwner;
  const own = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelSelectorRequirement => ({ key, operator: "In", values: [value] }),
  );
  return { expressions: [...own, ...(selector.matchExpressions ?? [])] };
}
