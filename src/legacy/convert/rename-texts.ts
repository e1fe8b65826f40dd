/** Labels and annotations of the era inside workloads and nodes, under the names of today (spec: v1alpha5 5.3). */
import { annotations, eraAnnotations, type KubeObject, labels } from "../../api/index.ts";
import type { Loss, Move, Path } from "./conversion.ts";
import { lossOf } from "./conversion.ts";

const annotationNames: Readonly<Record<string, string>> = {
  [eraAnnotations.doNotEvict]: annotations.doNotDisrupt,
  [eraAnnotations.doNotConsolidate]: annotations.doNotDisrupt,
};

export const renameAnnotations = (map: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [annotationNames[key] ?? key, value]));

export interface Renamed {
  readonly value: unknown;
  readonly moves: readonly Move[];
  readonly losses: readonly Loss[];
  readonly changed: boolean;
}

/**
 * Every key and every `key:` of a selector, at any depth. `provisioner-name DoesNotExist` keeps its old form and gets the
 * new one beside it: each alone excludes only one kind of nodes.
 */
export function renameTexts(object: KubeObject): Renamed {
  const walk = new Walk();
  const value = walk.value(object, []);
  return { value, moves: walk.moves, losses: walk.losses, changed: walk.moves.length > 0 };
}

class Walk {
  readonly moves: Move[] = [];
  readonly losses: Loss[] = [];

  value(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return this.#list(value, path);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const name = this.#keyName(key, member, path);
        return [name, this.value(member, [...path, key])];
      }),
    );
  }

  #keyName(key: string, member: unknown, path: Path): string {
    const wanted = annotationNames[key] ?? (key === labels.provisionerName ? labels.nodePool : undefined);
    if (wanted === undefined || typeof member !== "string") return key;
    this.moves.push({ from: [...path, key], to: [...path, wanted] });
    if (key === eraAnnotations.doNotConsolidate) {
      const remedy = "where drift is wanted, use consolidateAfter: Never in the pool's disruption instead";
      this.losses.push(
        lossOf([...path, key], "becomes karpenter.sh/do-not-disrupt, which stops drift as well", remedy),
      );
    }
    return wanted;
  }

  #list(items: readonly unknown[], path: Path): readonly unknown[] {
    return items.flatMap((item, index) => {
      const here = [...path, index];
      if (!isSelectorOf(item, labels.provisionerName)) return [this.value(item, here)];
      // Both forms stand there already.
      if (item.operator === "DoesNotExist" && items.some((other) => isSelectorOf(other, labels.nodePool)))
        return [item];
      this.moves.push({ from: [...here, "key"], to: [...here, "key"] });
      const renamed = { ...item, key: labels.nodePool };
      return item.operator === "DoesNotExist" ? [item, renamed] : [renamed];
    });
  }
}

const isSelectorOf = (item: unknown, key: string): item is { readonly key: string; readonly operator?: unknown } =>
  typeof item === "object" && item !== null && "key" in item && item.key === key && "operator" in item;
