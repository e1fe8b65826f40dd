import type { InstanceType } from "../catalogue/instance-type.ts";
import type { ProvisioningOptions } from "../provisioning/options.ts";
import { type MoveMemory, noMoves } from "./move-memory.ts";

/** How disruption decides; everything has a default. */
export interface DisruptionSettings {
  /** How simulations place pods. */
  readonly provisioning: ProvisioningOptions;
  /** Whether spot machines may be replaced by spot machines (gate SpotToSpotConsolidation). */
  readonly spotToSpot: boolean;
  /**
   * What a spot machine that replaces a lone one must have: 15 cheaper types, as upstream asks, or a saving that is worth
   * its risk (lifecycle 8, O8).
   */
  readonly spotChoice: "types" | "risk";
  /** Types that consolidation does not buy for pools that do not ask for them by name (option `burstable: avoid`). */
  readonly avoidTypes?: AvoidedTypes;
  /**
   * What moving one pod of eviction cost 1 must save, USD an hour. The default says that an eviction is worth 5 cents
   * and must have paid for itself within a day.
   */
  readonly moveCostPerHour: number;
  /**
   * What a move must save for each pod of which a preference (affinity, or spread with ScheduleAnyway) yields to it, USD an
   * hour (lifecycle 8.10). Infinite unless told: as upstream, preferences of pods then hold whatever they cost.
   */
  readonly preferencePricePerHour: number;
  /** A pod that moved so often within the hour stays where it is. */
  readonly mostMoves: number;
  /**
   * In how many orders a consolidation's pods are placed by kube-scheduler's scores before it is made; it is not made when
   * what is left over in any of them takes back the saving (lifecycle 8.16, O14). 0 where pods follow the plan.
   */
  readonly rehearsals: number;
  /** Most pods that the commands of a pass may move. */
  readonly maxPodsMoved: number;
  /** How long to search, in work units (a simulation costs about its nodes and twice its pods); never a clock. */
  readonly workUnits: number;
  readonly memory: MoveMemory;
}

export interface AvoidedTypes {
  /** For the reason that is shown, as in "burstable". */
  readonly name: string;
  readonly avoids: (type: InstanceType) => boolean;
}

export const defaultDisruptionSettings: DisruptionSettings = Object.freeze<DisruptionSettings>({
  provisioning: {},
  spotToSpot: false,
  spotChoice: "types",
  moveCostPerHour: 0.002,
  mostMoves: 2,
  preferencePricePerHour: Number.POSITIVE_INFINITY,
  rehearsals: 0,
  maxPodsMoved: Number.POSITIVE_INFINITY,
  workUnits: 200_000,
  memory: noMoves,
});
