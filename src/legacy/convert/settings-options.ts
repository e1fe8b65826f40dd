/** `karpenter-global-settings` to the options of the v1 controller (spec: v1alpha5 5.4). */
import type { ConfigMap, KubeObject } from "../../api/index.ts";
import { globalSettingsName, queueKeys } from "../settings/keys.ts";
import { parseSettings } from "../settings/parse-settings.ts";
import { defaultSettings, type GlobalSettings } from "../settings/settings.ts";
import { type Loss, lossOf } from "./conversion.ts";

export const isGlobalSettings = (object: KubeObject): object is ConfigMap =>
  object.kind === "ConfigMap" && object.metadata.name === globalSettingsName;

/** Key of the map and the environment variable that takes its place; the flag is the same in lower case. */
const environment: readonly (readonly [key: string, variable: string])[] = [
  ["batchMaxDuration", "BATCH_MAX_DURATION"],
  ["batchIdleDuration", "BATCH_IDLE_DURATION"],
  ["aws.clusterName", "CLUSTER_NAME"],
  ["aws.clusterEndpoint", "CLUSTER_ENDPOINT"],
  ["aws.clusterCABundle", "CLUSTER_CA_BUNDLE"],
  ...queueKeys.map((key) => [key, "INTERRUPTION_QUEUE"] as const),
  ["aws.isolatedVPC", "ISOLATED_VPC"],
  ["aws.vmMemoryOverheadPercent", "VM_MEMORY_OVERHEAD_PERCENT"],
  ["aws.reservedENIs", "RESERVED_ENIS"],
];

/** Settings of the map; the defaults where it cannot be read, which `settingsLosses` tells. */
export function readSettings(map: ConfigMap | undefined): GlobalSettings {
  if (map === undefined) return defaultSettings;
  const parsed = parseSettings(map.data ?? {});
  return parsed.ok ? parsed.value.settings : defaultSettings;
}

/** `NAME=value` lines for the controller, in the order of the chapter. */
export function settingsOptions(map: ConfigMap): readonly string[] {
  const data = map.data ?? {};
  const lines = environment.flatMap(([key, variable]) => {
    const value = data[key] ?? "";
    return value === "" ? [] : [`${variable}=${value}`];
  });
  return [...new Set(lines)];
}

export function settingsLosses(map: ConfigMap): readonly Loss[] {
  const data = map.data ?? {};
  const parsed = parseSettings(data);
  const problems = parsed.ok ? [] : parsed.failure;
  const unknown = parsed.ok ? parsed.value.warnings.filter(({ message }) => message.includes("ignored")) : [];
  return [
    ...problems.map(({ key, message }) => lossOf(["data", key], message, "correct the value and convert again")),
    ...unknown
      .filter(({ key }) => !toldOtherwise.includes(key))
      .map(({ key, message }) => lossOf(["data", key], message, "rename or remove the key")),
    ...roleLosses(data["aws.assumeRoleARN"]),
    ...gateLosses(data["featureGates.driftEnabled"]),
    ...(data["aws.nodeNameConvention"] === "resource-name"
      ? [
          lossOf(
            ["data", "aws.nodeNameConvention"],
            "v1 finds nodes by provider id and has no name convention",
            "nothing to do, unless something else reads the names",
          ),
        ]
      : []),
  ];
}

/** Ignored keys that mean nothing any more, or have a loss of their own. */
const toldOtherwise: readonly string[] = ["aws.nodeNameConvention", "ttlAfterNotRegistered", "aws.assumeRoleARN"];

function roleLosses(role = ""): readonly Loss[] {
  if (role === "") return [];
  return [
    lossOf(
      ["data", "aws.assumeRoleARN"],
      "the controller of v1 assumes no role by itself",
      "give its process the credentials of the role, as with AWS_ROLE_ARN and a web identity token",
    ),
  ];
}

function gateLosses(gate = "false"): readonly Loss[] {
  if (gate === "true") return [];
  return [
    lossOf(
      ["data", "featureGates.driftEnabled"],
      "drift cannot be turned off in v1: nodes that differ from their pool or class are replaced",
      "where that must not be, give the pool a budget of 0 nodes for the reason Drifted",
    ),
  ];
}
