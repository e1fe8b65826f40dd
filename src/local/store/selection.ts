import type { ApiObject } from "./api-object.ts";
import type { FieldSelector } from "./field-selector.ts";
import type { LabelMatch } from "./label-selector.ts";

/** What a list or watch asks for. `namespace` absent means all. */
export interface Selection {
  readonly namespace?: string;
  readonly labels: LabelMatch;
  readonly fields: FieldSelector;
}

export function selects(selection: Selection, object: ApiObject): boolean {
  const { namespace, labels } = object.metadata;
  if (selection.namespace !== undefined && selection.namespace !== namespace) return false;
  return selection.labels(labels) && selection.fields.matches(object);
}
