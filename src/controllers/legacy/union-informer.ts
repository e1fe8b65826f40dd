import type { KubeObject } from "../../api/index.ts";
import { type Delta, type Informer, type InformerOptions, SharedInformer } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";

/** One of the kinds that are seen as one; `view` gives an object its common shape. */
export interface UnionPart<T extends KubeObject> {
  readonly synced: () => boolean;
  /** Delivers what is stored, then every change. */
  readonly subscribe: (handler: (delta: Delta<T>) => void) => void;
}

export const partOf = <S extends KubeObject, T extends KubeObject>(
  informer: Informer<S>,
  view: (object: S) => T,
): UnionPart<T> => ({
  synced: () => informer.synced,
  subscribe: (handler) => {
    informer.subscribe((delta) => handler(viewedDelta(delta, view)));
  },
});

function viewedDelta<S extends KubeObject, T extends KubeObject>(delta: Delta<S>, view: (object: S) => T): Delta<T> {
  const object = view(delta.object);
  return delta.type === "updated" ? { ...delta, object, previous: view(delta.previous) } : { ...delta, object };
}

export interface UnionInformer<T extends KubeObject> extends Informer<T> {
  addIndexes(indexes: NonNullable<InformerOptions<T>["indexes"]>): void;
}

/** Several kinds in one store, under names that differ; synced when all of them are. */
export function createUnionInformer<T extends KubeObject>(
  options: Pick<InformerOptions<T>, "type">,
  parts: readonly UnionPart<T>[],
  context: { readonly clock: Clock; readonly log: Logger },
): UnionInformer<T> {
  const joined = new SharedInformer<T>(options, { ...context, freeze: false });
  for (const part of parts) {
    part.subscribe((delta) => {
      if (delta.type === "deleted") joined.remove(delta.object);
      else joined.apply(delta.object);
    });
  }
  return {
    type: options.type,
    store: joined.store,
    subscribe: (handler) => joined.subscribe(handler),
    addIndexes: (indexes) => joined.store.addIndexes(indexes),
    get synced() {
      return parts.every((part) => part.synced());
    },
  };
}
