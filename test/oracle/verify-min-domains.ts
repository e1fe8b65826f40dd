/**
 * Spread constraints that want more domains than there can be: kube-scheduler then measures from zero, so that no domain may
 * hold more than `maxSkew` of the pods that carry the constraint, in whatever order they come.
 */
import { labels, type Pod, type TopologySpreadConstraint } from "../../src/api/index.ts";
import type { ClusterSnapshot } from "../../src/core/index.ts";

/** A pod of the plan where it would stand. */
interface Planned {
  readonly pod: Pod;
  readonly domain: (key: string) => string | undefined;
}

export function verifyMinDomains(snapshot: ClusterSnapshot, planned: readonly Planned[]): readonly string[] {
  const carriers = Map.groupBy(
    planned.flatMap((each) => wanting(each.pod).map((constraint) => ({ ...each, constraint }))),
    ({ pod, constraint }) => JSON.stringify([pod.metadata.namespace, pod.metadata.labels, constraint]),
  );
  return [...carriers.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined || !countsItself(first.pod, first.constraint)) return [];
    const { topologyKey: key, minDomains = 0, maxSkew } = first.constraint;
    if (key === labels.hostname || possibleDomains(snapshot, key).size >= minDomains) return [];
    const domains = Map.groupBy(alike, ({ domain }) => domain(key));
    return [...domains].flatMap(([domain, pods]) =>
      domain !== undefined && pods.length > maxSkew
        ? [
            `${pods.length} pods like ${first.pod.metadata.name} in ${domain}, where ${minDomains} domains of ${key} are wanted`,
          ]
        : [],
    );
  });
}

const wanting = ({ spec }: Pod): readonly TopologySpreadConstraint[] =>
  (spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable, minDomains }) => whenUnsatisfiable === "DoNotSchedule" && minDomains !== undefined,
  );

/** By plain labels only; others are not judged. */
function countsItself({ metadata }: Pod, { labelSelector, matchLabelKeys }: TopologySpreadConstraint): boolean {
  if (matchLabelKeys !== undefined || labelSelector?.matchExpressions !== undefined) return false;
  return Object.entries(labelSelector?.matchLabels ?? {}).every(([name, value]) => metadata.labels?.[name] === value);
}

/** Every value that nodes, pools and machine types give the label: more than can be had together. */
function possibleDomains(snapshot: ClusterSnapshot, key: string): ReadonlySet<string> {
  const types = [...snapshot.instanceTypes.values()].flat();
  const listed = [
    ...snapshot.nodes.flatMap((node) => node.labels[key] ?? []),
    ...snapshot.pools.flatMap(({ pool: { spec } }) => [
      spec.template.metadata?.labels?.[key] ?? [],
      ...(spec.template.spec.requirements ?? []).flatMap((each) => (each.key === key ? (each.values ?? []) : [])),
    ]),
    ...types.flatMap((type) => [
      ...(type.requirements.get(key)?.values ?? []),
      ...type.offerings.flatMap(({ zone, capacityType }) =>
        key === labels.zone ? [zone] : key === labels.capacityType ? [capacityType] : [],
      ),
    ]),
  ];
  return new Set(listed.flat());
}
