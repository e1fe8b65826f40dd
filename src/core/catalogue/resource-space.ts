import type { Resources } from "../quantity/resources.ts";

/** Places of resources in vectors: those of the catalogue first, in its order, then others as they are met. */
export interface ResourceSpace {
  readonly names: readonly string[];
  /** Place of a resource, added when new. */
  place(name: string): number;
  /** Dense vector over all places known so far; resources not asked for before get a place. */
  vector(resources: Resources): Float64Array;
}

const vectorsPerBlock = 512;

/** Makes vectors of many objects alike: they share blocks of memory, which costs a tenth of an allocation for each. */
export function createVectorBlocks(space: ResourceSpace): (resources: Resources) => Float64Array {
  let width = 0;
  let block = new Float64Array(0);
  let used = 0;
  return (resources) => {
    for (const name in resources) space.place(name);
    if (space.names.length !== width || used === block.length) {
      width = space.names.length;
      block = new Float64Array(width * vectorsPerBlock);
      used = 0;
    }
    const vector = block.subarray(used, used + width);
    used += width;
    for (const name in resources) vector[space.place(name)] = resources[name] ?? 0;
    return vector;
  };
}

export function createResourceSpace(known: readonly string[]): ResourceSpace {
  const names = [...known];
  const places = new Map(names.map((name, place) => [name, place]));
  const place = (name: string): number => {
    const at = places.get(name);
    if (at !== undefined) return at;
    places.set(name, names.length);
    return names.push(name) - 1;
  };
  return {
    names,
    place,
    vector(resources) {
      for (const name in resources) place(name);
      const vector = new Float64Array(names.length);
      for (const name in resources) vector[place(name)] = resources[name] ?? 0;
      return vector;
    },
  };
}

/** Amounts of a vector as resources, without the zeros; places beyond the vector are zero. */
export function resourcesOf(space: ResourceSpace, vector: Float64Array): Resources {
  const resources: Record<string, number> = {};
  vector.forEach((amount, place) => {
    const name = space.names[place];
    if (amount !== 0 && name !== undefined) resources[name] = amount;
  });
  return resources;
}
