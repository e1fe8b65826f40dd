import type { LabelSelector, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../../api/index.ts";
import { hostPortsOf, podRequests } from "../../core/index.ts";
import type { HostPort, Resources } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { ObjectKey } from "../../kube/index.ts";
import { canonicalJson } from "../stand-ins/json.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { claimNamesOf } from "../stand-ins/pod-claims.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";

/** One affinity or anti-affinity term with the namespaces it looks at settled as far as the pod itself tells. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelSelector | undefined;
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  /** 1 for a required term. */
  readonly weight: number;
}

/** What placing a pod needs to know of it, read once. */
export interface PodFacts {
  readonly pod: Pod;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: Resources;
  readonly ports: readonly HostPort[];
  readonly priority: number;
  readonly claims: readonly string[];
  readonly spread: readonly TopologySpreadConstraint[];
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  readonly isTerminating: boolean;
  readonly startedAt: number;
  /** Pods of one class have the same answer from every filter and score. */
  readonly classKey: string;
}

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

function withLabelKeys(
  selector: LabelSelector | undefined,
  keys: readonly string[] | undefined,
  labels: Readonly<Record<string, string>>,
): LabelSelector | undefined {
  if (selector === undefined || keys === undefined) return selector;
  const added = keys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator: "In" as const, values: [value] }];
  });
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}

function termOf(term: PodAffinityTerm, namespace: string, weight: number): AffinityTerm {
  const listed = term.namespaces ?? [];
  const isOwnOnly = listed.length === 0 && term.namespaceSelector === undefined;
  return {
    topologyKey: term.topologyKey,
    selector: term.labelSelector,
    namespaces: isOwnOnly ? [namespace] : listed,
    namespaceSelector: term.namespaceSelector,
    weight,
  };
}

type Affinities = Pick<PodFacts, "affinity" | "antiAffinity" | "preferredAffinity" | "preferredAntiAffinity">;

function affinitiesOf(pod: Pod, namespace: string): Affinities {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const required = (terms: readonly PodAffinityTerm[] = []) => terms.map((term) => termOf(term, namespace, 1));
  const preferred = (terms: NonNullable<typeof podAffinity>["preferredDuringSchedulingIgnoredDuringExecution"] = []) =>
    terms.map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, namespace, weight));
  return {
    affinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

/** Everything of the spec that a filter or score reads, and the labels that others' selectors read. */
function classKeyOf(pod: Pod, facts: Pick<PodFacts, "requests" | "ports" | "priority" | "claims">): string {
  const { spec, metadata } = pod;
  return canonicalJson([
    metadata.namespace,
    metadata.labels,
    facts,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.preemptionPolicy,
  ]);
}

export function podFactsOf(pod: Pod): PodFacts {
  const namespace = pod.metadata.namespace ?? "";
  const labels = pod.metadata.labels ?? noLabels;
  const own = {
    requests: podRequests(pod),
    ports: hostPortsOf(pod),
    priority: pod.spec.priority ?? 0,
    claims: claimNamesOf(pod),
  };
  return {
    pod,
    key: objectKey(pod),
    uid: pod.metadata.uid ?? "",
    namespace,
    labels,
    ...own,
    spread: (pod.spec.topologySpreadConstraints ?? []).map((constraint) => {
      const selector = withLabelKeys(constraint.labelSelector, constraint.matchLabelKeys, labels);
      return selector === undefined ? constraint : { ...constraint, labelSelector: selector };
    }),
    ...affinitiesOf(pod, namespace),
    isTerminating: isDeleting(pod),
    startedAt: millisecondsOf(pod.status?.startTime) ?? millisecondsOf(pod.metadata.creationTimestamp) ?? 0,
    classKey: classKeyOf(pod, own),
  };
}
