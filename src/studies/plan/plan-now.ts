/** What the controller would do now: the value behind `karpenter plan` (product 4.2). */
import {
  type ClusterSnapshot,
  type DisruptionLimitsFailure,
  type DisruptionPlan,
  drift,
  ok,
  planDisruption,
  type ProvisioningOptions,
  repacking,
  type Result,
  vacancy,
} from "../../core/index.ts";
import { hoursPerMonth } from "../money.ts";
import { commandReport } from "../simulate/command-report.ts";
import type { CommandReport, SimulatedNode, UnplacedReport } from "../simulate/report.ts";
import { simulate, simulationOptions } from "../simulate/simulate.ts";

/** A node that stays, and why. */
export interface KeptReport {
  readonly node: string;
  readonly code: string;
  readonly text: string;
  /** USD; 0 where the price is not known. */
  readonly pricePerMonth: number;
}

export interface PlanReport {
  readonly schema: "plan/1";
  /** Version of the snapshot that it was made from. */
  readonly snapshot: number;
  readonly launches: readonly SimulatedNode[];
  readonly commands: readonly CommandReport[];
  readonly kept: readonly KeptReport[];
  readonly unplaced: readonly UnplacedReport[];
}

/**
 * What would be launched and removed now, and why the rest is kept. The snapshot must say when it was taken. Fails when a
 * PodDisruptionBudget cannot be read: then nothing may be disrupted at all.
 */
export function planNow(
  snapshot: ClusterSnapshot,
  options: ProvisioningOptions = simulationOptions(),
): Result<PlanReport, DisruptionLimitsFailure> {
  const { report } = simulate(snapshot, options);
  const disruption = disruptionOf(snapshot, options);
  if (!disruption.ok) return disruption;
  const { commands, kept } = disruption.value;
  return ok({
    schema: "plan/1",
    snapshot: snapshot.version,
    launches: report.nodes,
    commands: commands.map(commandReport),
    kept: kept.map(({ node, code, text, price }) => ({
      node: node.name,
      code,
      text,
      pricePerMonth: Number((price * hoursPerMonth).toFixed(2)),
    })),
    unplaced: report.unplaced,
  });
}

/** The disruption half alone, by the methods that the controller uses. */
export function disruptionOf(
  snapshot: ClusterSnapshot,
  options: ProvisioningOptions,
  spotToSpot = false,
): Result<DisruptionPlan, DisruptionLimitsFailure> {
  const now = snapshot.takenAt;
  if (now === undefined) throw new Error("a snapshot without a time has no disruption plan");
  const settings = { provisioning: options, spotToSpot };
  return planDisruption(snapshot, { now, methods: [vacancy, drift, repacking], settings });
}
