/** Types of the same size as those that a pool names (KBP406), as ec2-instance-selector would list them. */
import { labels } from "../../api/index.ts";
import type { InstanceType } from "../../core/index.ts";
import type { Facts } from "./facts.ts";
import { allowsSpot, type Pool } from "./pools.ts";
import { hasAccelerator, isMetal, spotOfferings } from "./types.ts";

export interface Shape {
  readonly vcpu: number;
  readonly memoryGib: number;
  readonly arch: string;
}

export interface Suggestion {
  readonly shape: Shape;
  /** In order of name. */
  readonly names: readonly string[];
}

/** Types of exactly that shape, without accelerators and bare metal, in order of name. */
export const typesOfShape = (types: readonly InstanceType[], shape: Shape): readonly string[] =>
  types
    .filter((type) => !hasAccelerator(type) && !isMetal(type) && isOf(shapeOf(type), shape))
    .map(({ name }) => name)
    .toSorted();

const isOf = (one: Shape, other: Shape): boolean =>
  one.vcpu === other.vcpu && one.memoryGib === other.memoryGib && one.arch === other.arch;

/** Memory as advertised: what the hypervisor takes is put back to the next quarter of a GiB. */
export function shapeOf({ capacity, requirements }: InstanceType): Shape {
  const gib = (capacity["memory"] ?? 0) / 2 ** 30;
  const [arch = "amd64"] = requirements.get(labels.arch)?.values ?? [];
  return { vcpu: Math.round((capacity["cpu"] ?? 0) / 1000), memoryGib: Math.ceil(gib * 4 - 0.001) / 4, arch };
}

/** For each shape that the pool has, the types of that shape; only shapes where there are more than it allows. */
export function suggestionsFor(facts: Facts, pool: Pool): readonly Suggestion[] {
  const own = facts.typesOf(pool);
  const shapes = new Map(
    own.filter((type) => !hasAccelerator(type)).map((type) => [JSON.stringify(shapeOf(type)), shapeOf(type)]),
  );
  const names = new Set(own.map(({ name }) => name));
  return [...shapes.values()]
    .toSorted((a, b) => a.vcpu - b.vcpu || a.memoryGib - b.memoryGib || (a.arch < b.arch ? -1 : 1))
    .map((shape) => ({ shape, names: typesOfShape(facts.types, shape) }))
    .filter((suggestion) => suggestion.names.some((name) => !names.has(name)));
}

export const suggestionText = ({ shape, names }: Suggestion, region: string): string =>
  `Types with ${shape.memoryGib} GiB, ${shape.vcpu} vCPU, ${shape.arch} in ${region}: ${names.join(", ")}`;

/** A pool for spot that has too few types (KBP401); one of accelerators alone has a bound of its own. */
export function isNarrow(facts: Facts, pool: Pool): boolean {
  const types = facts.typesOf(pool);
  if (!allowsSpot(pool) || types.length === 0) return false;
  const bound = types.every(hasAccelerator)
    ? facts.thresholds.acceleratorTypesWarning
    : facts.thresholds.spotTypesWarning;
  return types.filter((type) => spotOfferings(pool, type).length > 0).length < bound;
}
