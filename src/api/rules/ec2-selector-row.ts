/** How rules of selector terms are written, and those that hold for the terms of every list (spec: api 4.2). */
import { ec2NodeClass, repeated } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

type Part = Readonly<Record<string, unknown>>;
type Terms = { readonly good: readonly Part[]; readonly bad: readonly Part[] };
type ListName =
  | "subnetSelectorTerms"
  | "securityGroupSelectorTerms"
  | "capacityReservationSelectorTerms"
  | "amiSelectorTerms";

export const byTag = { tags: { team: "a" } };

const entriesOf = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));

export function rowsOf(list: ListName, prefix: string) {
  /** A term of another shape than an alias needs the family written out. */
  const spec = (terms: readonly Part[]): Part => ({
    [list]: terms,
    ...(list === "amiSelectorTerms" && !terms.some((term) => "alias" in term) ? { amiFamily: "AL2023" } : {}),
  });
  return (
    name: string,
    rule: string,
    terms: Terms,
    cause: { readonly member?: string; readonly message: string },
  ): RuleRow => ({
    id: `ec2nodeclass-${prefix}-${name}`,
    section: "4.2",
    rule,
    accepted: ec2NodeClass(spec(terms.good)),
    refused: ec2NodeClass(spec(terms.bad)),
    cause: {
      field: cause.member === undefined ? `spec.${list}` : `spec.${list}[0].${cause.member}`,
      message: cause.message,
    },
  });
}

/** What holds for the terms of every list. `good` is an accepted term. */
export function sharedRows(list: ListName, prefix: string, good: Part): readonly RuleRow[] {
  const row = rowsOf(list, prefix);
  return [
    row(
      "maximum",
      "at most 30 terms",
      { good: repeated(30, good), bad: repeated(31, good) },
      {
        message: "must have at most 30 items",
      },
    ),
    row(
      "tags-maximum",
      "at most 20 tags in a term",
      { good: [{ tags: entriesOf(20) }], bad: [{ tags: entriesOf(21) }] },
      {
        member: "tags",
        message: "must have at most 20 items",
      },
    ),
    row(
      "tags-value",
      "a tag's value is not empty; * means any",
      { good: [{ tags: { team: "*" } }], bad: [{ tags: { team: "" } }] },
      {
        member: "tags",
        message: "tag keys and values may not be empty",
      },
    ),
    row(
      "tags-key",
      "a tag's key is not empty",
      { good: [byTag], bad: [{ tags: { "": "a" } }] },
      {
        member: "tags",
        message: "tag keys and values may not be empty",
      },
    ),
  ];
}

export const alone = (member: string): string => `'${member}' cannot be combined with other fields in one term`;
export const needs = (...members: readonly string[]): string =>
  `each term needs at least one of ${members.map((member) => `'${member}'`).join(", ")}`;
