/** Filters that stand for several (spec: operations 6.2). */
import { generationOf } from "./filter-tables.ts";
import type { Filter, FilterValues } from "./filters.ts";
import type { TypeEntry } from "./type-row.ts";

/** Types like one: 0.9 to 1.2 times its vCPUs and memory, of its architecture, GPUs, FPGAs and metal. */
export function likeFilter(base: TypeEntry): Filter {
  const near = (value: number, of: number): boolean => value >= of * 0.9 && value <= of * 1.2;
  return (entry) =>
    near(entry.row.vcpus, base.row.vcpus) &&
    near(entry.row.memoryGib, base.row.memoryGib) &&
    entry.facts.architectures.some((name) => base.facts.architectures.includes(name)) &&
    entry.row.gpus === base.row.gpus &&
    entry.selector.fpga === base.selector.fpga &&
    entry.selector.virtualizations.some((name) => base.selector.virtualizations.includes(name)) &&
    entry.facts.bareMetal === base.facts.bareMetal;
}

/** Interchangeable machines for general work; of 4 vCPUs unless the flags say how many. */
export function flexibleFilter(values: FilterValues): Filter {
  const asksForVcpus = ["vcpus", "vcpusMin", "vcpusMax"].some((name) => values[name] !== undefined);
  return ({ row, facts, selector }) =>
    facts.architectures.includes("x86_64") &&
    !facts.bareMetal &&
    !selector.fpga &&
    isFlexibleFamily(row.name) &&
    (asksForVcpus || row.vcpus === 4);
}

function isFlexibleFamily(name: string): boolean {
  if (/^t\d/.test(name)) return true;
  const generation = generationOf(name);
  return /^[cmr]\d/.test(name) && generation >= 3 && generation <= 9;
}
