/** Slow, obvious arithmetic of the oracle: its own, so that a fault of the engine's is not copied. Amounts in base units. */
import type { Pod, ResourceQuantities } from "../../src/api/index.ts";

export type Amounts = Map<string, number>;

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** In milli for cpu, else in units; enough for the quantities that tests and benches write. */
export function amountOf(name: string, quantity: string | number): number {
  const match = /^([0-9.]+)([A-Za-z]*)$/.exec(String(quantity));
  if (match === null) throw new Error(`the oracle cannot read the quantity ${JSON.stringify(quantity)}`);
  const factor = match[2] === "" ? 1 : factors[match[2] ?? ""];
  if (factor === undefined) throw new Error(`the oracle does not know the suffix of ${JSON.stringify(quantity)}`);
  return Math.ceil(Number(match[1]) * factor * (name === "cpu" ? 1000 : 1) - 1e-6);
}

export function addQuantities(into: Amounts, quantities: ResourceQuantities | undefined): Amounts {
  for (const [name, quantity] of Object.entries(quantities ?? {})) {
    into.set(name, (into.get(name) ?? 0) + amountOf(name, quantity));
  }
  return into;
}

/** Requests of a pod: containers and restartable init containers run together, the others before them (scheduling 2.1). */
export function requestsOf(pod: Pick<Pod, "spec">): Amounts {
  const running: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of pod.spec.containers) addQuantities(running, container.resources?.requests);
  for (const container of pod.spec.initContainers ?? []) {
    const during = addQuantities(new Map(sidecars), container.resources?.requests);
    if (container.restartPolicy === "Always") {
      addQuantities(running, container.resources?.requests);
      addQuantities(sidecars, container.resources?.requests);
    }
    for (const [name, amount] of during) peak.set(name, Math.max(peak.get(name) ?? 0, amount));
  }
  for (const [name, amount] of peak) running.set(name, Math.max(running.get(name) ?? 0, amount));
  for (const [name, quantity] of Object.entries(pod.spec.resources?.requests ?? {})) {
    if (name === "cpu" || name === "memory" || name.startsWith("hugepages-"))
      running.set(name, amountOf(name, quantity));
  }
  addQuantities(running, pod.spec.overhead);
  return running.set("pods", 1);
}
