import type { DisruptionCommand } from "../../core/index.ts";
import type { CommandReport } from "./report.ts";

/** A decision in the form of `plan` and of decision records (product 4.2). */
export const commandReport = (command: DisruptionCommand): CommandReport => ({
  method: command.method,
  reason: command.reason,
  nodes: command.candidates.map(({ node }) => node.name),
  replacements: command.replacements.map(({ cheapest, poolKey }) => ({
    pool: poolKey.name,
    type: cheapest.instanceType,
    zone: cheapest.zone,
    capacityType: cheapest.capacityType,
    pricePerHour: Number(cheapest.price.toFixed(6)),
  })),
  savingPerHour: Number(command.savingPerHour.toFixed(6)),
  podsMoved: command.podsMoved,
});
