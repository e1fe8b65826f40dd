import { type KubeletConfiguration, parseDurationMillis, type Taint, taintText } from "../../api/index.ts";
import type { BootstrapInput } from "./input.ts";

/** Labels as `k=v,k=v`, sorted by key. */
export const labelList = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const taintList = (taints: readonly Taint[]): string => taints.map(taintText).join(",");

/** Flags of a kubelet that is told everything on its command line: AL2 and Windows (spec: aws 3.6). */
export function kubeletArguments({ labels, taints, kubelet }: BootstrapInput): string {
  return [
    flag("node-labels", quoted(labelList(labels))),
    flag("register-with-taints", quoted(taintList(taints))),
    flag("max-pods", kubelet.maxPods),
    flag("pods-per-core", kubelet.podsPerCore),
    flag("system-reserved", pairs(kubelet.systemReserved, "=")),
    flag("kube-reserved", pairs(kubelet.kubeReserved, "=")),
    flag("eviction-hard", pairs(kubelet.evictionHard, "<")),
    flag("eviction-soft", pairs(kubelet.evictionSoft, "<")),
    flag("eviction-soft-grace-period", pairs(gracePeriods(kubelet), "=")),
    flag("eviction-max-pod-grace-period", kubelet.evictionMaxPodGracePeriod),
    flag("image-gc-high-threshold", kubelet.imageGCHighThresholdPercent),
    flag("image-gc-low-threshold", kubelet.imageGCLowThresholdPercent),
    flag("cpu-cfs-quota", kubelet.cpuCFSQuota),
  ]
    .filter((text) => text !== undefined)
    .join(" ");
}

const flag = (name: string, value: string | number | boolean | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : `--${name}=${value}`;

const quoted = (text: string): string | undefined => (text === "" ? undefined : `"${text}"`);

function pairs(map: Readonly<Record<string, string>> | undefined, sign: string): string | undefined {
  if (map === undefined) return undefined;
  const sorted = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return quoted(sorted.map(([key, value]) => `${key}${sign}${value}`).join(","));
}

export function gracePeriods(kubelet: KubeletConfiguration): Readonly<Record<string, string>> | undefined {
  if (kubelet.evictionSoftGracePeriod === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(kubelet.evictionSoftGracePeriod).map(([signal, text]) => [signal, goDuration(text)]),
  );
}

/** Go's own spelling: `90s` is `1m30s`, `2m` is `2m0s`. What does not parse stays as written. */
export function goDuration(text: string): string {
  const milliseconds = parseDurationMillis(text);
  if (milliseconds === undefined || milliseconds < 0) return text;
  const seconds = milliseconds / 1000;
  if (seconds < 1) return milliseconds === 0 ? "0s" : `${milliseconds}ms`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Math.round((seconds % 60) * 1000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
