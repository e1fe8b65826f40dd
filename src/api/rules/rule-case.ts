/**
 * One rule as two objects: one that keeps it and one that breaks it, alike in everything else. A server is held against
 * the table by sending both.
 */
import type { KubeObject } from "../kubernetes/meta.ts";

/** An object as a user writes it, right or wrong. */
export interface Manifest extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface RuleCase {
  /** Unique, and a valid object name: `nodepool-weight-maximum`. */
  readonly id: string;
  readonly kind: string;
  /** Section of the api chapter that states the rule. */
  readonly section: string;
  readonly rule: string;
  /**
   * For rules about changes and about status: the object to create first. `accepted` and then `refused` are updates of
   * it, of the status subresource when `subresource` says so.
   */
  readonly stored?: Manifest;
  readonly subresource?: "status";
  readonly accepted: Manifest;
  readonly refused: Manifest;
  /** One of the causes of the refusal: the exact field, and a part of the message. */
  readonly cause: { readonly field: string; readonly message: string };
}

/** A row as it is written: without kind and names, which follow from the objects and the id. */
export type RuleRow = Omit<RuleCase, "kind">;

/** Gives the objects of a row their names: one name for all that are one object, else one each. */
export function toRuleCase(row: RuleRow): RuleCase {
  const isUpdate = row.stored !== undefined;
  return {
    ...row,
    kind: row.accepted.kind,
    ...(row.stored && { stored: withName(row.stored, row.id) }),
    accepted: withName(row.accepted, isUpdate ? row.id : `${row.id}-accepted`),
    refused: withName(row.refused, isUpdate ? row.id : `${row.id}-refused`),
  };
}

const withName = (object: Manifest, name: string): Manifest => ({
  ...object,
  metadata: { ...object.metadata, name },
});
