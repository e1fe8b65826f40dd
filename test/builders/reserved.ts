/** Types with reservations, and passes that know their label. */
import { coreLabelRules, labels } from "../../src/api/index.ts";
import {
  type InstanceType,
  type ProvisioningOptions,
  type ProvisioningPlan,
  requirementIn,
  requirementsOf,
} from "../../src/core/index.ts";
import { instanceType, offering } from "./instance-types.ts";
import { createRounds, type Rounds, type RoundsSetting } from "./rounds.ts";
import { testOptions } from "./snapshot.ts";

const label = "example.com/reservation";
const wellKnown = new Set([...(testOptions.labelRules?.wellKnown ?? []), label]);

export const reservedRounds = (setting: RoundsSetting, options: ProvisioningOptions = {}): Rounds =>
  createRounds({ ...setting, options: { labelRules: { ...coreLabelRules, wellKnown }, ...options } });

const reserved = (id: string, places: number, price: number) => ({
  ...offering("test-zone-1", "reserved", price / 10_000_000, { reservationId: id, reservationCapacity: places }),
  requirements: requirementsOf([
    requirementIn(labels.zone, "test-zone-1"),
    requirementIn(labels.capacityType, "reserved"),
    requirementIn(label, id),
  ]),
});

/** A type of so many cpus, at as many dollars on demand, with reservations (`id`, places). */
export const soldType = (
  name: string,
  cpu: number,
  ...reservations: readonly (readonly [string, number])[]
): InstanceType =>
  instanceType(name, {
    cpu: String(cpu),
    memory: `${cpu * 4}Gi`,
    pods: "20",
    offerings: [
      offering("test-zone-1", "on-demand", cpu),
      ...reservations.map(([id, places]) => reserved(id, places, cpu)),
    ],
  });

/** What a plan launches, in order of type. */
export const bought = ({ claims }: ProvisioningPlan): readonly string[] =>
  claims.map(({ cheapest }) => `${cheapest.instanceType} ${cheapest.capacityType}`).sort();
