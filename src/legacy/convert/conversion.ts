/** What converting gives: objects of today, where their values came from, and everything that could not come along. */
import type { KubeObject } from "../../api/index.ts";

export type Path = readonly (string | number)[];

/** A value, or a whole part, that stands elsewhere now; comments travel with it. */
export interface Move {
  readonly from: Path;
  readonly to: Path;
}

export interface Loss {
  /** Place in the object that was read. */
  readonly path: Path;
  /** What is lost or means something else now. */
  readonly loss: string;
  /** What to do about it. */
  readonly remedy: string;
}

export interface ConvertedObject {
  readonly object: KubeObject;
  readonly moves: readonly Move[];
}

/** One object that was read. `objects` is empty when nothing stands in its place; `kept` when it needs no change. */
export interface Conversion {
  readonly source: KubeObject;
  readonly kept: boolean;
  readonly objects: readonly ConvertedObject[];
  readonly losses: readonly Loss[];
  /** Lines for people that go with it and are no loss. */
  readonly notes: readonly string[];
}

export const lossOf = (path: Path, loss: string, remedy: string): Loss => ({ path, loss, remedy });

export const keptObject = (source: KubeObject): Conversion => ({
  source,
  kept: true,
  objects: [],
  losses: [],
  notes: [],
});

export const dropped = (source: KubeObject, losses: readonly Loss[], notes: readonly string[] = []): Conversion => ({
  source,
  kept: false,
  objects: [],
  losses,
  notes,
});

/** Metadata that a new object may carry: what the server writes is left out. */
export function convertedMetadata(metadata: KubeObject["metadata"], name = metadata.name): KubeObject["metadata"] {
  const { labels, annotations, finalizers, namespace } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !serverAnnotations.has(key));
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
}

const serverAnnotations: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "karpenter.sh/provisioner-hash",
  "karpenter.sh/provisioner-hash-version",
  "karpenter.k8s.aws/nodetemplate-hash",
  "karpenter.k8s.aws/nodetemplate-hash-version",
]);
