/** Keys of `karpenter-global-settings` (spec: v1alpha5 3.1). */

export const globalSettingsName = "karpenter-global-settings";

/** Name, what it defaults to, and whether an edit takes effect without a restart (D6). */
export interface SettingKey {
  readonly key: string;
  readonly default: string;
  readonly live: boolean;
  /** Read once by some version, and by us no more. */
  readonly ignored?: string;
}

const live = true;
const restart = false;

const setting = (key: string, fallback: string, isLive: boolean): SettingKey => ({
  key,
  default: fallback,
  live: isLive,
});

export const settingKeys: readonly SettingKey[] = Object.freeze([
  setting("batchMaxDuration", "10s", live),
  setting("batchIdleDuration", "1s", live),
  setting("featureGates.driftEnabled", "false", live),
  {
    ...setting("ttlAfterNotRegistered", "15m", restart),
    ignored: "a claim that does not register goes after 15 minutes",
  },
  setting("aws.clusterName", "", restart),
  setting("aws.clusterEndpoint", "", restart),
  setting("aws.clusterCABundle", "", restart),
  setting("aws.defaultInstanceProfile", "", live),
  setting("aws.interruptionQueueName", "", live),
  setting("aws.isolatedVPC", "false", live),
  setting("aws.vmMemoryOverheadPercent", "0.075", live),
  setting("aws.enablePodENI", "false", live),
  setting("aws.enableENILimitedPodDensity", "true", live),
  setting("aws.reservedENIs", "0", live),
  { ...setting("aws.nodeNameConvention", "ip-name", restart), ignored: "the Node is found by its provider id" },
  setting("aws.tags", "", live),
  {
    ...setting("aws.assumeRoleARN", "", restart),
    ignored: "give the process the credentials of that role, as with AWS_ROLE_ARN and a web identity token",
  },
  setting("aws.assumeRoleDuration", "15m", restart),
]);

/** Spellings of the queue's key, the first that is not empty wins (D5). */
export const queueKeys: readonly string[] = Object.freeze([
  "aws.interruptionQueueName",
  "aws.interruptionQueue",
  "interruptionQueue",
  "interruptionQueueName",
]);

/** One key a tag, as v0.19 to v0.23 had it. */
export const tagKeyPrefix = "aws.tags.";
