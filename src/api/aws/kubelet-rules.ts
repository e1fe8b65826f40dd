/** Rules for `spec.kubelet` of an EC2NodeClass that the controller applies, not the API server (spec: api 4.5). */
import { parseDurationNanoseconds } from "../kubernetes/duration.ts";
import { isNegativeQuantity, isQuantity } from "../kubernetes/quantity-text.ts";
import type { ValidationCause } from "../schema/cause.ts";
import { invalid, notSupported } from "../schema/cause.ts";
import type { AmiFamily, KubeletConfiguration } from "./ec2-node-class.ts";
import { kubeletDecodingCauses } from "./kubelet-decoding.ts";

const root = "spec.kubelet";

export const evictionSignals: readonly string[] = Object.freeze([
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "pid.available",
]);

export const reservedResources: readonly string[] = Object.freeze(["cpu", "memory", "ephemeral-storage", "pid"]);

/** The fields that Karpenter itself reads; families without arbitrary fields take no others. */
export const kubeletFieldsRead: readonly string[] = Object.freeze([
  "clusterDNS",
  "maxPods",
  "podsPerCore",
  "systemReserved",
  "kubeReserved",
  "evictionHard",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "evictionMaxPodGracePeriod",
  "imageGCHighThresholdPercent",
  "imageGCLowThresholdPercent",
  "cpuCFSQuota",
]);

/** Why the configuration is refused (condition reason `InvalidKubeletConfiguration`); empty when it is fine. */
export function kubeletCauses(kubelet: KubeletConfiguration | undefined): readonly ValidationCause[] {
  if (kubelet === undefined) return [];
  const decoding = kubeletDecodingCauses(kubelet, root);
  if (decoding.some((cause) => cause.reason === "FieldValueTypeInvalid")) return decoding;
  return [
    ...decoding,
    ...taintCauses(kubelet),
    ...evictionCauses(kubelet),
    ...reservedCauses("kubeReserved", kubelet.kubeReserved),
    ...reservedCauses("systemReserved", kubelet.systemReserved),
    ...imageCollectionCauses(kubelet),
    ...notNegative("podsPerCore", kubelet.podsPerCore),
    ...notNegative("evictionMaxPodGracePeriod", kubelet.evictionMaxPodGracePeriod),
    ...notNegative("maxPods", typeof kubelet.maxPods === "number" ? kubelet.maxPods : undefined),
  ];
}

function taintCauses(kubelet: KubeletConfiguration): readonly ValidationCause[] {
  const taints = kubelet["registerWithTaints"];
  if (taints === undefined) return [];
  return [invalid(`${root}.registerWithTaints`, taints, "may not be set; use the taints of the NodePool")];
}

type Texts = Readonly<Record<string, string>> | undefined;

function evictionCauses(kubelet: KubeletConfiguration): readonly ValidationCause[] {
  const reclaim = kubelet["evictionMinimumReclaim"] as Texts;
  return [
    ...signalCauses("evictionHard", kubelet.evictionHard, thresholdProblem),
    ...signalCauses("evictionSoft", kubelet.evictionSoft, thresholdProblem),
    ...signalCauses("evictionMinimumReclaim", reclaim, thresholdProblem),
    ...signalCauses("evictionSoftGracePeriod", kubelet.evictionSoftGracePeriod, graceProblem),
    ...unmatched("evictionSoft", kubelet.evictionSoft, {
      name: "evictionSoftGracePeriod",
      texts: kubelet.evictionSoftGracePeriod,
    }),
    ...unmatched("evictionSoftGracePeriod", kubelet.evictionSoftGracePeriod, {
      name: "evictionSoft",
      texts: kubelet.evictionSoft,
    }),
  ];
}

function signalCauses(name: string, texts: Texts, problem: (text: string) => string | undefined): ValidationCause[] {
  return Object.entries(texts ?? {}).flatMap(([key, text]) => {
    const field = `${root}.${name}[${key}]`;
    if (!evictionSignals.includes(key)) return [notSupported(field, key, evictionSignals)];
    const found = problem(text);
    return found === undefined ? [] : [invalid(field, text, found)];
  });
}

function thresholdProblem(text: string): string | undefined {
  if (text.endsWith("%")) {
    const number = text.slice(0, -1);
    const inRange = /^\d+(\.\d*)?$|^\.\d+$/.test(number) && Number(number) <= 100;
    return inRange ? undefined : "must be a percentage from 0% to 100%";
  }
  if (!isQuantity(text)) return "must be a percentage or a quantity";
  return isNegativeQuantity(text) ? "must not be negative" : undefined;
}

function graceProblem(text: string): string | undefined {
  const nanoseconds = parseDurationNanoseconds(text);
  if (nanoseconds === undefined) return "must be a duration such as 30s or 1m30s";
  return nanoseconds < 0n ? "must not be negative" : undefined;
}

/** Keys of `texts` that the counterpart lacks; an absent map is an empty one. */
function unmatched(name: string, texts: Texts, other: { readonly name: string; readonly texts: Texts }) {
  return Object.keys(texts ?? {})
    .filter((key) => !Object.hasOwn(other.texts ?? {}, key))
    .map((key) => invalid(`${root}.${name}[${key}]`, key, `needs an entry of the same key in ${other.name}`));
}

function reservedCauses(name: string, texts: Texts): readonly ValidationCause[] {
  return Object.entries(texts ?? {}).flatMap(([key, text]) => {
    const field = `${root}.${name}[${key}]`;
    if (!reservedResources.includes(key)) return [notSupported(field, key, reservedResources)];
    return text.startsWith("-") ? [invalid(field, text, "must not be negative")] : [];
  });
}

function imageCollectionCauses(kubelet: KubeletConfiguration): readonly ValidationCause[] {
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = kubelet;
  const causes = [...percent("imageGCHighThresholdPercent", high), ...percent("imageGCLowThresholdPercent", low)];
  if (high !== undefined && low !== undefined && high <= low) {
    causes.push(
      invalid(`${root}.imageGCHighThresholdPercent`, high, "must be greater than imageGCLowThresholdPercent"),
    );
  }
  return causes;
}

function percent(name: string, value: number | undefined): readonly ValidationCause[] {
  if (value === undefined || (value >= 0 && value <= 100)) return [];
  return [invalid(`${root}.${name}`, value, "must be from 0 to 100")];
}

function notNegative(name: string, value: number | undefined): readonly ValidationCause[] {
  return value === undefined || value >= 0 ? [] : [invalid(`${root}.${name}`, value, "must not be negative")];
}

export interface KubeletExpression {
  readonly field: "maxPods" | "kubeReserved" | "systemReserved";
  /** The reserved resource; absent for `maxPods`. */
  readonly resource?: string;
  readonly text: string;
}

/** The values that are CEL expressions: a text in `maxPods`, a reserved value that is no quantity. */
export function kubeletExpressions(kubelet: KubeletConfiguration | undefined): readonly KubeletExpression[] {
  if (kubelet === undefined) return [];
  const maxPods: readonly KubeletExpression[] =
    typeof kubelet.maxPods === "string" ? [{ field: "maxPods", text: kubelet.maxPods }] : [];
  const reserved = (["kubeReserved", "systemReserved"] as const).flatMap((field) =>
    Object.entries(kubelet[field] ?? {})
      .filter(([, text]) => !isQuantity(text))
      .map(([resource, text]) => ({ field, resource, text })),
  );
  return [...maxPods, ...reserved];
}

/** What an image family can do with kubelet settings (api 4.4). Custom images get none, so nothing is refused. */
export function unsupportedKubeletCauses(
  family: AmiFamily,
  kubelet: KubeletConfiguration | undefined,
): readonly ValidationCause[] {
  if (kubelet === undefined || family === "Custom" || family === "AL2023") return [];
  const supported = kubeletFieldsRead.filter((name) => family !== "Bottlerocket" || name !== "podsPerCore");
  const causes = Object.keys(kubelet)
    .filter((name) => !supported.includes(name))
    .map((name) => invalid(`${root}.${name}`, kubelet[name], `is not supported by the AMI family ${family}`));
  if ((kubelet.clusterDNS ?? []).length > 1) {
    causes.push(
      invalid(`${root}.clusterDNS`, kubelet.clusterDNS, `the AMI family ${family} takes one address at most`),
    );
  }
  return causes;
}
