/**
 * Spread, affinity and anti-affinity of a whole plan, by counting pods where they would stand. Hard constraints only, and
 * only where the final picture must obey them: anti-affinity and affinity always; spread where every pod that is counted
 * carries the constraint itself (others may be placed later and raise a count).
 */
import { labels, type LabelSelector, type Pod, type PodAffinityTerm } from "../../src/api/index.ts";
import type { ClusterSnapshot, ProvisioningPlan } from "../../src/core/index.ts";
import { verifyMinDomains } from "./verify-min-domains.ts";

interface Standing {
  readonly pod: Pod;
  readonly planned: boolean;
  /** Domain by topology key; undefined where the place leaves it open. */
  readonly domain: (key: string) => string | undefined;
}

export function verifyTopology(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly string[] {
  const standing = standingPods(snapshot, plan);
  const planned = standing.filter(isConstrained);
  const isMeant = meaningIn(snapshot);
  return [
    ...planned.flatMap((each) => [
      ...verifyAntiAffinity(each, standing, isMeant),
      ...verifyAffinity(each, standing, isMeant),
    ]),
    ...verifySpread(standing),
    ...verifyMinDomains(
      snapshot,
      standing.filter(({ planned: isPlanned }) => isPlanned),
    ),
  ];
}

const isConstrained = ({ pod, planned }: Standing): boolean => planned && pod.spec.affinity !== undefined;

function standingPods(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly Standing[] {
  const moved = new Set([...plan.claims.flatMap(({ pods }) => pods), ...plan.nominations.map(({ pod }) => pod)]);
  const onNode = (name: string) => {
    const node = snapshot.nodes.find((each) => each.name === name);
    return (key: string) => node?.labels[key] ?? (key === labels.hostname ? name : undefined);
  };
  return [
    ...snapshot.nodes.flatMap(({ name, pods }) =>
      pods
        .filter((pod) => !moved.has(pod) && isRunning(pod))
        .map((pod) => ({ pod, planned: false, domain: onNode(name) })),
    ),
    ...plan.nominations.map(({ pod, node }) => ({ pod, planned: true, domain: onNode(node) })),
    ...plan.claims.flatMap(({ pods, claim }, index) => {
      const domain = (key: string): string | undefined => {
        if (key === labels.hostname) return `planned claim ${index}`;
        const values = claim.spec.requirements.find(
          (requirement) => requirement.key === key && requirement.operator === "In",
        )?.values;
        return values?.length === 1 ? values[0] : undefined;
      };
      return pods.map((pod) => ({ pod, planned: true, domain }));
    }),
  ];
}

const isRunning = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";

function selects(selector: LabelSelector | undefined, own: Readonly<Record<string, string>> = {}): boolean {
  if (selector === undefined) return false;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => own[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = own[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return operator === "In"
        ? value !== undefined && values.includes(value)
        : value === undefined || !values.includes(value);
    })
  );
}

/** Whether a term of the owner's means the other pod. */
type Meaning = (term: PodAffinityTerm, owner: Pod, other: Pod) => boolean;

const meaningIn =
  ({ namespaceLabels }: ClusterSnapshot): Meaning =>
  (term, owner, other) => {
    const namespace = other.metadata.namespace ?? "default";
    const listed = term.namespaces ?? [];
    const own =
      listed.length === 0 && term.namespaceSelector === undefined ? [owner.metadata.namespace ?? "default"] : [];
    const isInScope =
      [...listed, ...own].includes(namespace) ||
      (term.namespaceSelector !== undefined && selects(term.namespaceSelector, namespaceLabels.get(namespace)));
    return isInScope && selects(term.labelSelector, other.metadata.labels);
  };

function verifyAntiAffinity(owner: Standing, standing: readonly Standing[], isMeant: Meaning): readonly string[] {
  const terms = owner.pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.flatMap((term) => {
    const own = owner.domain(term.topologyKey);
    const clash = standing.find(
      (other) =>
        other.pod !== owner.pod &&
        own !== undefined &&
        other.domain(term.topologyKey) === own &&
        isMeant(term, owner.pod, other.pod),
    );
    return clash === undefined
      ? []
      : [`${owner.pod.metadata.name} stands in ${own} with ${clash.pod.metadata.name}, which it avoids`];
  });
}

function verifyAffinity(owner: Standing, standing: readonly Standing[], isMeant: Meaning): readonly string[] {
  const terms = owner.pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.flatMap((term) => {
    const own = owner.domain(term.topologyKey);
    if (own === undefined)
      return [`${owner.pod.metadata.name} wants company by ${term.topologyKey}, which its place leaves open`];
    const company = standing.some(
      (other) => other.domain(term.topologyKey) === own && isMeant(term, owner.pod, other.pod),
    );
    return company ? [] : [`${owner.pod.metadata.name} stands in ${own} without the company it wants`];
  });
}

/** Largest difference between domains that hold some of the pods, where all pods counted carry the constraint. */
function verifySpread(standing: readonly Standing[]): readonly string[] {
  const seen = new Set<string>();
  return standing
    .filter(({ planned }) => planned)
    .flatMap(({ pod }) =>
      (pod.spec.topologySpreadConstraints ?? []).flatMap((constraint) => {
        const key = JSON.stringify([pod.metadata.namespace, constraint]);
        if (
          constraint.whenUnsatisfiable !== "DoNotSchedule" ||
          constraint.matchLabelKeys !== undefined ||
          seen.has(key)
        )
          return [];
        seen.add(key);
        const counted = standing.filter(
          (other) =>
            other.pod.metadata.namespace === pod.metadata.namespace &&
            selects(constraint.labelSelector, other.pod.metadata.labels),
        );
        // Which nodes count depends on selectors and affinity, and under Honor on tolerations as well.
        const honors = constraint.nodeTaintsPolicy === "Honor";
        const facts = ({ spec }: Pod): string =>
          JSON.stringify([
            spec.topologySpreadConstraints,
            spec.nodeSelector,
            spec.affinity,
            honors ? spec.tolerations : [],
          ]);
        const alike = counted.every((other) => facts(other.pod) === facts(pod));
        if (!alike || counted.some((other) => !other.planned)) return [];
        const pods = new Map<string | undefined, number>();
        for (const other of counted)
          pods.set(other.domain(constraint.topologyKey), (pods.get(other.domain(constraint.topologyKey)) ?? 0) + 1);
        if (pods.has(undefined)) return [`pods of ${key} stand where ${constraint.topologyKey} is open`];
        const least = constraint.topologyKey === labels.hostname ? 0 : Math.min(...pods.values());
        const skew = Math.max(0, ...pods.values()) - least;
        return skew > constraint.maxSkew
          ? [`skew ${skew} over ${constraint.topologyKey} is more than ${constraint.maxSkew}: ${key}`]
          : [];
      }),
    );
}
