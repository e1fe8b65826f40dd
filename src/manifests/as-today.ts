import { convertObjects, isBetaObject } from "../legacy/index.ts";
import type { ManifestObject, ManifestSet } from "./parse-manifests.ts";

/**
 * The set with objects of v1beta1 (Karpenter 0.32 to 0.37) as what they are converted to, in their places: whoever reads
 * pools and classes meets those of today alone. Positions of values that moved are those of the object.
 */
export function readAsToday(set: ManifestSet): ManifestSet {
  if (!set.objects.some(({ object }) => isBetaObject(object))) return set;
  const conversions = convertObjects(set.objects.map(({ object }) => object));
  const objects = set.objects.flatMap((entry, index): readonly ManifestObject[] => {
    if (!isBetaObject(entry.object)) return [entry];
    // Without its text: what is written there has other fields in other places.
    const { source: _, ...placed } = entry;
    return (conversions[index]?.objects ?? []).map(({ object }) => ({ ...placed, object }));
  });
  return { ...set, objects };
}
