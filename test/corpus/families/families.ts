/** Cases of every family of the corpus, and mixtures of two or three of them, made from a seed. */
import { drawsOf } from "../../../bench/random.ts";
import { generateCase } from "../generate-cases.ts";
import type { RecordedCase } from "../read-case.ts";
import { machines } from "./machines.ts";
import {
  type Change,
  company,
  distinctSizes,
  gpus,
  hostPorts,
  initContainers,
  nodeAffinities,
  spreadOptions,
  unsatisfiable,
} from "./pods.ts";
import { daemons, minValues, reservations, taints, tightLimits } from "./pools.ts";
import { volumes } from "./storage.ts";

const changes: Readonly<Record<string, Change>> = {
  plain: () => ({}),
  company,
  daemons,
  "distinct-sizes": distinctSizes,
  gpus,
  "host-ports": hostPorts,
  "init-containers": initContainers,
  machines,
  "min-values": minValues,
  "node-affinities": nodeAffinities,
  reservations,
  "spread-options": spreadOptions,
  taints,
  "tight-limits": tightLimits,
  unsatisfiable,
  volumes,
};

const kinds = Object.keys(changes);

/** Every family, then mixtures. */
export const familyNames: readonly string[] = [...kinds, "mixed"];

/** The case of a family and a seed; equal ones give equal cases. */
export function generateFamilyCase(family: string, seed: number): RecordedCase {
  const draws = drawsOf(seed ^ 0x5bd1e995);
  const parts = family === "mixed" ? [draws.pick(kinds), draws.pick(kinds), draws.pick(kinds)] : [family];
  const base: RecordedCase = { ...generateCase(seed), name: `${family}-${seed}` };
  // Machines come before volumes, which say how many of them a node attaches.
  return [...new Set(parts)].sort().reduce<RecordedCase>((made, name) => {
    const change = changes[name];
    if (change === undefined) throw new Error(`no family is called ${name}; there are ${familyNames.join(", ")}`);
    return { ...made, ...change(draws, made) };
  }, base);
}
