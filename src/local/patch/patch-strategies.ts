/** How lists of built-in kinds merge, from the field table. */
import { modelFields, type FieldType } from "../schema/field-table.ts";

export type ListStrategy =
  | { readonly kind: "replace" }
  | { readonly kind: "merge-primitives" }
  | { readonly kind: "merge"; readonly mergeKey: string };

const replace: ListStrategy = Object.freeze({ kind: "replace" });
const primitives: ListStrategy = Object.freeze({ kind: "merge-primitives" });

/** Model of the objects in a member (of a list or map member: of its items), where it has one. */
export function memberModel(model: string | undefined, member: string): string | undefined {
  const type = model === undefined ? undefined : modelFields(model).get(member)?.type;
  return type === undefined ? undefined : structOf(type);
}

function structOf(type: FieldType): string | undefined {
  if (type.kind === "struct") return type.model;
  return type.kind === "list" ? structOf(type.item) : undefined;
}

export function listStrategyOf(model: string | undefined, member: string): ListStrategy {
  const merge = model === undefined ? undefined : modelFields(model).get(member)?.patchMerge;
  if (merge === undefined) return replace;
  return merge.key === undefined ? primitives : { kind: "merge", mergeKey: merge.key };
}
