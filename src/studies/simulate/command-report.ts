import type { DisruptionCommand } from "../../core/index.ts";
import { perHour } from "../money.ts";
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

/** `Underutilized: delete a, b for 1 x m7a.large; saves 0.1234 $/h, moves 3 pods`. */
export function commandText({ reason, nodes, replacements, savingPerHour, podsMoved }: CommandReport): string {
  const types = replacements.map(({ type, capacityType }) => `${type} (${capacityType})`);
  const instead = types.length === 0 ? "" : ` for ${types.join(", ")}`;
  return `${reason}: delete ${nodes.join(", ")}${instead}; saves ${perHour(savingPerHour)}, moves ${count(podsMoved, "pod")}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
