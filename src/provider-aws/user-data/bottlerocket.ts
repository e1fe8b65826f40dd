import { parse, stringify, type TomlTable, TomlError } from "smol-toml";
import { failed, ok, type Result } from "../../core/index.ts";
import type { UserDataFailure } from "./amazon-linux.ts";
import type { BootstrapInput } from "./input.ts";
import { gracePeriods } from "./kubelet-arguments.ts";

/** Keys of `settings.kubernetes` that users may set besides ours; others are dropped as unknown (spec: aws 3.6). */
const keptKeys: ReadonlySet<string> = new Set([
  "allowed-unsafe-sysctls",
  "authentication-mode",
  "bootstrap-token",
  "cloud-provider",
  "container-log-max-files",
  "container-log-max-size",
  "cpu-cfs-quota-enforced",
  "cpu-manager-policy",
  "cpu-manager-reconcile-period",
  "credential-providers",
  "event-burst",
  "event-qps",
  "hostname-override",
  "image-gc-high-threshold-percent",
  "image-gc-low-threshold-percent",
  "kube-api-burst",
  "kube-api-qps",
  "log-level",
  "memory-manager-policy",
  "node-ip",
  "pod-pids-limit",
  "provider-id",
  "registry-burst",
  "registry-qps",
  "server-tls-bootstrap",
  "shutdown-grace-period",
  "shutdown-grace-period-for-critical-pods",
  "single-process-oom-kill",
  "standalone-mode",
  "static-pods",
  "topology-manager-policy",
  "topology-manager-scope",
]);

/** Bottlerocket: the user's TOML with our settings on top. */
export function renderBottlerocket(input: BootstrapInput): Result<string, UserDataFailure> {
  const custom = parseCustom(input.customUserData);
  if (!custom.ok) return custom;
  const settings = table(custom.value["settings"]);
  const kubernetes = table(settings["kubernetes"]);
  const kept = Object.fromEntries(Object.entries(kubernetes).filter(([key]) => keptKeys.has(key)));
  const merged = {
    ...custom.value,
    settings: {
      ...settings,
      kubernetes: { ...kept, ...ownSettings(input, table(kubernetes["node-labels"])) },
      ...(input.raid0 ? { "bootstrap-commands": storageCommands(input, table(settings["bootstrap-commands"])) } : {}),
    },
  };
  return ok(stringify(merged));
}

const table = (value: unknown): TomlTable =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as TomlTable) : {};

function parseCustom(text: string | undefined): Result<TomlTable, UserDataFailure> {
  try {
    return ok(parse(text ?? ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return failed({
      message: `spec.userData is not valid TOML: line ${error.line}, column ${error.column}: ${error.message.split("\n")[0]}`,
    });
  }
}

function ownSettings(
  { cluster, kubelet, labels, taints }: BootstrapInput,
  userLabels: TomlTable,
): Record<string, unknown> {
  return defined({
    "cluster-name": cluster.name,
    "api-server": cluster.endpoint,
    "cluster-certificate": cluster.caBundle,
    "node-labels": { ...userLabels, ...labels },
    "node-taints": taintTable(taints),
    "max-pods": typeof kubelet.maxPods === "number" ? kubelet.maxPods : undefined,
    "cluster-dns-ip": kubelet.clusterDNS?.[0],
    "system-reserved": kubelet.systemReserved,
    "kube-reserved": kubelet.kubeReserved,
    "eviction-hard": kubelet.evictionHard,
    "eviction-soft": kubelet.evictionSoft,
    "eviction-soft-grace-period": gracePeriods(kubelet),
    "eviction-max-pod-grace-period": kubelet.evictionMaxPodGracePeriod,
    "image-gc-high-threshold-percent": percentText(kubelet.imageGCHighThresholdPercent),
    "image-gc-low-threshold-percent": percentText(kubelet.imageGCLowThresholdPercent),
    "cpu-cfs-quota-enforced": kubelet.cpuCFSQuota,
  });
}

const percentText = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

const defined = (map: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

/** Key to a list of `value:effect`. */
function taintTable(taints: BootstrapInput["taints"]): Record<string, readonly string[]> {
  const lists: Record<string, readonly string[]> = {};
  for (const { key, value = "", effect } of taints) lists[key] = [...(lists[key] ?? []), `${value}:${effect}`];
  return lists;
}

/** From this image version on, binding needs no list of directories. */
const bindsAllSince = [1, 46, 0];
const directories = ["/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"];

function storageCommands({ imageVersion }: BootstrapInput, existing: TomlTable): Record<string, unknown> {
  const bind = ["apiclient", "ephemeral-storage", "bind"];
  return {
    ...existing,
    "000-mount-instance-storage": {
      commands: [
        ["apiclient", "ephemeral-storage", "init"],
        isNewEnough(imageVersion) ? bind : [...bind, "--dirs", ...directories],
      ],
      mode: "always",
      essential: true,
    },
  };
}

function isNewEnough(version: string | undefined): boolean {
  if (version === "latest") return true;
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? "")
    ?.slice(1)
    .map(Number);
  if (numbers === undefined) return false;
  for (const [index, wanted] of bindsAllSince.entries())
    if (numbers[index] !== wanted) return (numbers[index] ?? 0) > wanted;
  return true;
}
