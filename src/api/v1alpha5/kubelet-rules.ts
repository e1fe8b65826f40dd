/** Checks of `kubeletConfiguration` (spec: v1alpha5 1.5, P18). */
import { evictionSignals, reservedResources } from "../aws/kubelet-rules.ts";
import type { ResourceQuantities } from "../kubernetes/meta.ts";
import { isNegativeQuantity, isQuantity } from "../kubernetes/quantity-text.ts";
import { type FieldError, invalidKey, invalidValue, outOfRange } from "./field-error.ts";
import type { EraKubeletConfiguration } from "./provisioner.ts";

type Texts = Readonly<Record<string, string>>;

export function kubeletErrors(kubelet: EraKubeletConfiguration | undefined, root: string): readonly FieldError[] {
  if (kubelet === undefined) return [];
  return [
    ...reservedErrors(kubelet.systemReserved, `${root}.systemReserved`),
    ...reservedErrors(kubelet.kubeReserved, `${root}.kubeReserved`),
    ...evictionErrors(kubelet.evictionHard, `${root}.evictionHard`),
    ...evictionErrors(kubelet.evictionSoft, `${root}.evictionSoft`),
    ...unmatched(kubelet, root),
    ...percentErrors(kubelet, root),
    ...countErrors(kubelet, root),
    ...runtimeErrors(kubelet, root),
  ];
}

function reservedErrors(reserved: ResourceQuantities = {}, path: string): readonly FieldError[] {
  return Object.entries(reserved).flatMap(([key, amount]) => {
    if (!reservedResources.includes(key))
      return [invalidKey(key, path, `expected one of ${reservedResources.join(", ")}`)];
    return isQuantity(String(amount)) && !isNegativeQuantity(String(amount))
      ? []
      : [invalidValue(amount, `${path}["${key}"]`, "value must be a quantity that is not negative")];
  });
}

function evictionErrors(thresholds: Texts = {}, path: string): readonly FieldError[] {
  return Object.entries(thresholds).flatMap(([signal, text]) => {
    if (!evictionSignals.includes(signal))
      return [invalidKey(signal, path, `expected one of ${evictionSignals.join(", ")}`)];
    const problem = thresholdProblem(text);
    return problem === undefined ? [] : [invalidValue(text, `${path}["${signal}"]`, problem)];
  });
}

function thresholdProblem(text: string): string | undefined {
  if (!text.endsWith("%")) return isQuantity(text) ? undefined : "value could not be parsed as a quantity";
  const number = text.slice(0, -1);
  const percent = /^\d+(\.\d+)?$/.test(number) ? Number(number) : Number.NaN;
  return percent >= 0 && percent <= 100 ? undefined : "a percentage must be between 0 and 100";
}

/** Each soft threshold needs a grace period, and the reverse. */
function unmatched({ evictionSoft = {}, evictionSoftGracePeriod = {} }: EraKubeletConfiguration, root: string) {
  const without = (a: Texts, b: Texts): readonly string[] => Object.keys(a).filter((key) => !(key in b));
  return [
    ...without(evictionSoft, evictionSoftGracePeriod).map((key) =>
      invalidKey(key, `${root}.evictionSoft`, "no grace period in evictionSoftGracePeriod"),
    ),
    ...without(evictionSoftGracePeriod, evictionSoft).map((key) =>
      invalidKey(key, `${root}.evictionSoftGracePeriod`, "no threshold in evictionSoft"),
    ),
  ];
}

/** Equal thresholds pass here and fail in v1. */
function percentErrors(kubelet: EraKubeletConfiguration, root: string): readonly FieldError[] {
  const fields = ["imageGCHighThresholdPercent", "imageGCLowThresholdPercent"] as const;
  const bounds = fields.flatMap((field) => {
    const value = kubelet[field];
    return value !== undefined && (value < 0 || value > 100)
      ? [outOfRange(value, ["0", "100"], `${root}.${field}`)]
      : [];
  });
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = kubelet;
  if (high === undefined || low === undefined || high >= low) return bounds;
  const text = "must not be below imageGCLowThresholdPercent";
  return [...bounds, invalidValue(high, `${root}.imageGCHighThresholdPercent`, text)];
}

function countErrors(kubelet: EraKubeletConfiguration, root: string): readonly FieldError[] {
  return (["maxPods", "podsPerCore"] as const).flatMap((field) => {
    const value = kubelet[field] ?? 0;
    return value < 0 ? [invalidValue(value, `${root}.${field}`, "cannot be negative")] : [];
  });
}

function runtimeErrors({ containerRuntime }: EraKubeletConfiguration, root: string): readonly FieldError[] {
  const known = containerRuntime === undefined || ["dockerd", "containerd"].includes(containerRuntime);
  return known ? [] : [invalidValue(containerRuntime, `${root}.containerRuntime`, "expected dockerd or containerd")];
}
