import type { DisruptionCommand, ProvisioningPlan } from "../core/index.ts";
import type { MetricsRegistry } from "../platform/index.ts";

/** What a controller that does not act would do now, as metrics. */
export interface PlannedFigures {
  readonly launches: (plan: ProvisioningPlan) => void;
  readonly removals: (commands: readonly DisruptionCommand[]) => void;
}

/** Of the last plan of each kind: a dashboard shows what there is to gain before anybody lets this controller act. */
export function createPlannedFigures(metrics: MetricsRegistry): PlannedFigures {
  const gauge = (name: string, help: string) => metrics.gauge({ name: `karpenter_planned_${name}`, help, labels: [] });
  const launches = gauge("launches", "Machines that would be launched now; 0 where this controller acts.");
  const cost = gauge("launch_cost", "What the machines that would be launched now cost, in USD an hour.");
  const removals = gauge("removals", "Nodes that would be removed or replaced next.");
  const saving = gauge("saving", "What the next removals would save, in USD an hour.");
  for (const each of [launches, cost, removals, saving]) each.set(0);
  return {
    launches: ({ claims }) => {
      launches.set(claims.length);
      cost.set(claims.reduce((sum, { cheapest }) => sum + cheapest.price, 0));
    },
    removals: (commands) => {
      removals.set(commands.reduce((sum, { candidates }) => sum + candidates.length, 0));
      saving.set(commands.reduce((sum, { savingPerHour }) => sum + savingPerHour, 0));
    },
  };
}
