/** The figures in brackets of the chapter (v1alpha5 6.2), each of which the configuration may change. */
export interface Thresholds {
  /** KBP124: a grace period of so many seconds needs a notice before the node goes. */
  readonly longGraceSeconds: number;
  /** KBP140: types so many times as large as the largest pod. */
  readonly oversizeFactor: number;
  /** KBP309, seconds. */
  readonly shortestExpirySeconds: number;
  readonly shortestEmptySeconds: number;
  readonly longestEmptySeconds: number;
  /** KBP401: fewer distinct types for spot than this is an error, a warning. */
  readonly spotTypesError: number;
  readonly spotTypesWarning: number;
  /** The same for pools of accelerators alone (6.4). */
  readonly acceleratorTypesError: number;
  readonly acceleratorTypesWarning: number;
  /** KBP402. */
  readonly spotZones: number;
  /** KBP403: a pod of this priority is critical. */
  readonly criticalPriority: number;
  /** KBP510: a job that may take longer than so many seconds. */
  readonly longJobSeconds: number;
  /** KBP525: init request over the sum of the containers. */
  readonly initFactor: number;
  /** KBP603: share of a limit. */
  readonly nearLimitShare: number;
  /** KBP109: so many days of one node count, and so little change of the use (variation coefficient). */
  readonly staticDays: number;
  readonly staticVariation: number;
  /** KBP110 and KBP111: a pod that waits for so many seconds. */
  readonly unsupportedSeconds: number;
  readonly missedSeconds: number;
  /** KBP134: an image of so many days. */
  readonly staleImageDays: number;
  /** KBP404: no spot for so many seconds. */
  readonly drySeconds: number;
  /** KBP504: a budget that allows nothing for so many seconds. */
  readonly blockedSeconds: number;
  /** KBP605: a limit that was hit within so many seconds. */
  readonly limitHitSeconds: number;
  /** KBP511: so many seconds beyond expiry or drift. */
  readonly stuckSeconds: number;
  /** KBP513: nothing but finished jobs for so many seconds. */
  readonly finishedSeconds: number;
  /** KBP523: p95 use over so many days below or above these shares of the request. */
  readonly usageDays: number;
  readonly lowUsageShare: number;
  readonly highUsageShare: number;
}

export const defaultThresholds: Thresholds = Object.freeze({
  longGraceSeconds: 120,
  oversizeFactor: 8,
  shortestExpirySeconds: 3600,
  shortestEmptySeconds: 15,
  longestEmptySeconds: 86_400,
  spotTypesError: 5,
  spotTypesWarning: 20,
  acceleratorTypesError: 2,
  acceleratorTypesWarning: 4,
  spotZones: 2,
  criticalPriority: 1000,
  longJobSeconds: 3600,
  initFactor: 2,
  nearLimitShare: 0.8,
  staticDays: 30,
  staticVariation: 0.1,
  unsupportedSeconds: 600,
  missedSeconds: 300,
  staleImageDays: 90,
  drySeconds: 300,
  blockedSeconds: 3600,
  limitHitSeconds: 86_400,
  stuckSeconds: 86_400,
  finishedSeconds: 900,
  usageDays: 7,
  lowUsageShare: 0.3,
  highUsageShare: 1,
});

/** KBP302. */
export const defaultTeamLabels: readonly string[] = Object.freeze([
  "team",
  "owner",
  "app.kubernetes.io/team",
  "billing-team",
]);
