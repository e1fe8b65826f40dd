import type { RequirementSpec } from "../../api/index.ts";

/** An image that nodes may be made of, as it stands in `status.amis`. */
export interface ResolvedImage {
  readonly id: string;
  readonly name: string;
  /** Epoch milliseconds, whole seconds. */
  readonly createdAt: number;
  readonly deprecated: boolean;
  readonly requirements: readonly RequirementSpec[];
}

/**
 * Keeps the best image of each set of requirements: not deprecated, then newest, then the greater name. Newest first,
 * then by id (spec: aws 3.4).
 */
export function selectImages(candidates: readonly ResolvedImage[]): readonly ResolvedImage[] {
  const best = new Map<string, ResolvedImage>();
  for (const image of candidates) {
    const key = JSON.stringify(image.requirements);
    const known = best.get(key);
    if (known === undefined || isBetter(image, known)) best.set(key, image);
  }
  return [...best.values()].toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

function isBetter(image: ResolvedImage, other: ResolvedImage): boolean {
  if (image.deprecated !== other.deprecated) return !image.deprecated;
  if (image.createdAt !== other.createdAt) return image.createdAt > other.createdAt;
  return image.name > other.name;
}

/** In the order of the status list: by length of the key, then by key. */
export const sortedRequirements = (requirements: readonly RequirementSpec[]): readonly RequirementSpec[] =>
  requirements.toSorted((a, b) => a.key.length - b.key.length || (a.key < b.key ? -1 : 1));
