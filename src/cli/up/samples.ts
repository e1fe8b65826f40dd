import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinManifests, type ManifestSet, parseManifests } from "../../manifests/index.ts";
import type { LocalCloud } from "../clouds/cloud.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "samples");

export type Sample = "storage" | "pools" | "kwok-pools" | "application";

/** The project's own samples, as they stand in the folder `samples`. */
export async function readSamples(names: readonly Sample[]): Promise<ManifestSet> {
  const sets = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, `${name}.yaml`);
      return parseManifests(file, await readFile(file, "utf8"));
    }),
  );
  return joinManifests(sets);
}

const poolKinds = ["NodePool", "Provisioner"];

/**
 * Which samples go with an input: storage always, unless it brings a storage class; pools of the cloud unless it brings its
 * own; the application only when there is no input.
 */
export function samplesFor(input: ManifestSet | undefined, cloud: LocalCloud): readonly Sample[] {
  const pools: Sample = cloud === "kwok" ? "kwok-pools" : "pools";
  if (input === undefined) return ["storage", pools, "application"];
  const kinds = new Set(input.objects.map(({ object }) => object.kind));
  const samples: Sample[] = [];
  if (!kinds.has("StorageClass")) samples.push("storage");
  if (!poolKinds.some((kind) => kinds.has(kind))) samples.push(pools);
  return samples;
}
