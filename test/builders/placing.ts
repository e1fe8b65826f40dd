/** Shorthand for what pods ask of placement, and for reading where plans put them. */
import {
  labels,
  type NodeSelectorRequirement,
  type PodSpec,
  type TopologySpreadConstraint,
} from "../../src/api/index.ts";
import type { ProvisioningPlan } from "../../src/core/index.ts";
import { companyOf, type PodChange } from "./pods.ts";

export const zone = labels.zone;
export const host = labels.hostname;

export const app = (name: string, spec: Partial<PodSpec> = {}, change: PodChange = {}): PodChange => ({
  labels: { app: name },
  spec,
  ...change,
});

export const spreads = (...constraints: readonly TopologySpreadConstraint[]): Partial<PodSpec> => ({
  topologySpreadConstraints: constraints,
});

export const joins = (key: string, name: string): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, name)] } },
});

export const avoids = (key: string, name: string): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, name)] } },
});

/** Required node affinity: any of the terms. */
export const onNodes = (...terms: (readonly NodeSelectorRequirement[])[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  },
});

/** Preferred node affinity, each term with its weight. */
export const prefers = (...terms: (readonly [number, NodeSelectorRequirement])[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, expression]) => ({
        weight,
        preference: { matchExpressions: [expression] },
      })),
    },
  },
});

export const isIn = (key: string, ...values: readonly string[]): NodeSelectorRequirement => ({
  key,
  operator: "In",
  values,
});

export const inZone = (...values: readonly string[]): Partial<PodSpec> => onNodes([isIn(zone, ...values)]);

/** Pods of each claim, ascending. */
export const sizesOf = (plan: ProvisioningPlan): readonly number[] =>
  plan.claims.map(({ pods }) => pods.length).sort((a, b) => a - b);

/** Types that are launched, in order of name. */
export const launchedTypes = (plan: ProvisioningPlan): readonly string[] =>
  plan.claims.map(({ cheapest }) => cheapest.instanceType).sort();

/** Names of pods that found no place. */
export const leftOver = (plan: ProvisioningPlan): readonly string[] =>
  plan.unplaced.map(({ pod }) => pod.metadata.name ?? "");
