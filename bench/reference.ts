/** Figures of the reference on a machine of the kind used for development, and the bars they led to (seconds). */
export interface Reference {
  readonly reference: string;
  readonly barSeconds?: number;
  readonly nodes?: number;
  /** USD an hour: the cheapest of its recorded runs. */
  readonly pricePerHour?: number;
}

export const references: Readonly<Record<string, Reference>> = Object.freeze({
  "schedule-generic-20000": { reference: "not measured" },
  "schedule-diverse-1000": { reference: "2.44 s", barSeconds: 0.1, nodes: 200, pricePerHour: 344.33 },
  "schedule-diverse-5000": { reference: "21.7 s", nodes: 1000, pricePerHour: 1743.71 },
  "schedule-diverse-20000": { reference: "79.6 s", barSeconds: 2, nodes: 4000 },
  "schedule-preferences-4000": { reference: "58.2 s", barSeconds: 1, nodes: 4000 },
  "schedule-deployments-100000": { reference: "not measured", barSeconds: 10 },
  "schedule-incremental-10000": { reference: "not reached", barSeconds: 0.5 },
  "consolidate-scan-600": { reference: "35.0 s", barSeconds: 1 },
  "consolidate-scan-2000": { reference: "stopped at 180 s, after 617 candidates", barSeconds: 5 },
  "lint-5000": { reference: "no such command", barSeconds: 3 },
  "lint-cost-5000": { reference: "no such command", barSeconds: 30 },
  "consolidate-scaledown-600": { reference: "not converged after 304 s", barSeconds: 60 },
});
