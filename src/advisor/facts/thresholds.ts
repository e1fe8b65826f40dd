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
});
