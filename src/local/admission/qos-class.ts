import type { PodSpec, ResourceQuantities } from "../../api/index.ts";
import { mainContainers } from "./main-containers.ts";

const counted = ["cpu", "memory"];

const isZero = (value: string | number | undefined): boolean =>
  value === undefined || /^[+-]?0*\.?0*[A-Za-z]*$/.test(String(value));

/**
 * Quality of service of a pod with canonical quantities: Guaranteed when every container limits cpu and memory and
 * requests the same, BestEffort when none asks for any, else Burstable.
 */
export function qosClassOf(spec: PodSpec): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...(spec.initContainers ?? []), ...mainContainers(spec)];
  const asks = (quantities: ResourceQuantities | undefined): boolean =>
    counted.some((name) => !isZero(quantities?.[name]));
  if (!containers.some(({ resources }) => asks(resources?.requests) || asks(resources?.limits))) return "BestEffort";
  const guaranteed = containers.every(({ resources }) =>
    counted.every((name) => {
      const limit = resources?.limits?.[name];
      return !isZero(limit) && String(resources?.requests?.[name] ?? limit) === String(limit);
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
