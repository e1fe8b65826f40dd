/** The last four registrations of a pool (spec: lifecycle 5.7). Immutable. */
export interface OutcomeWindow {
  readonly outcomes: readonly boolean[];
}

const windowSize = 4;
const unhealthyShare = 0.5;

export const emptyWindow: OutcomeWindow = Object.freeze({ outcomes: Object.freeze([]) });

export type WindowHealth = "unknown" | "healthy" | "unhealthy";

/** Half of four failures makes a pool unhealthy, however full the window is. */
export function healthOf({ outcomes }: OutcomeWindow): WindowHealth {
  if (outcomes.length === 0) return "unknown";
  const failures = outcomes.filter((succeeded) => !succeeded).length;
  return failures / windowSize >= unhealthyShare ? "unhealthy" : "healthy";
}

export const withOutcome = ({ outcomes }: OutcomeWindow, succeeded: boolean): OutcomeWindow => ({
  outcomes: [...outcomes, succeeded].slice(-windowSize),
});

/** What a window would have held for the condition that an earlier process left. */
export function seededWindow(status: "True" | "False" | "Unknown"): OutcomeWindow {
  if (status === "True") return { outcomes: [true] };
  return status === "False" ? { outcomes: [false, false] } : emptyWindow;
}
