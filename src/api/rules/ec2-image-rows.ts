/** Rules of an EC2NodeClass's image terms (spec: api 4.2). */
import { alone, byTag, needs, rowsOf, sharedRows } from "./ec2-selector-row.ts";
import type { RuleRow } from "./rule-case.ts";

const image = rowsOf("amiSelectorTerms", "images");
const alias = { alias: "al2023@latest" };

const aliasRow = (name: string, rule: string, good: string, bad: string, message: string): RuleRow =>
  image(`alias-${name}`, rule, { good: [{ alias: good }], bad: [{ alias: bad }] }, { member: "alias", message });

export const ec2ImageRows: readonly RuleRow[] = [
  ...sharedRows("amiSelectorTerms", "images", { id: "ami-1" }),
  image(
    "minimum",
    "at least one term",
    { good: [{ ssmParameter: "/my/image" }], bad: [] },
    {
      message: "amiSelectorTerms may not be empty",
    },
  ),
  image(
    "some",
    "an owner alone is no term",
    { good: [{ owner: "self", name: "n" }], bad: [{ owner: "self" }] },
    {
      message: needs("tags", "id", "name", "alias", "ssmParameter"),
    },
  ),
  ...(
    [
      ["tags", byTag],
      ["name", { name: "n" }],
      ["owner", { owner: "self" }],
    ] as const
  ).flatMap(([name, member]) => [
    image(
      `id-without-${name}`,
      "id stands alone in every term; ssmParameter is not counted",
      { good: [{ id: "ami-1", ssmParameter: "/p" }], bad: [{ id: "ami-2" }, { id: "ami-1", ...member }] },
      {
        message: alone("id"),
      },
    ),
    image(
      `alias-without-${name}`,
      "alias stands alone; ssmParameter is not counted",
      { good: [{ ...alias, ssmParameter: "/p" }], bad: [{ ...alias, ...member }] },
      {
        message: alone("alias"),
      },
    ),
  ]),
  image(
    "alias-without-id",
    "alias and id exclude each other",
    { good: [alias], bad: [{ ...alias, id: "ami-1" }] },
    {
      message: alone("alias"),
    },
  ),
  image(
    "alias-only",
    "an alias is the only term",
    { good: [alias], bad: [alias, { id: "ami-1" }] },
    {
      message: "a term with 'alias' must be the only term",
    },
  ),
  image(
    "id-syntax",
    "an id contains ami- and letters or digits",
    { good: [{ id: "my-ami-1" }], bad: [{ id: "image-1" }] },
    {
      member: "id",
      message: "should match",
    },
  ),
  aliasRow("form", "an alias is family@version", "bottlerocket@1.20.4", "bottlerocket", "must have the form"),
  aliasRow("form-version", "an alias has a version", "al2@v20240625", "al2@", "must have the form"),
  aliasRow(
    "family",
    "an alias names a known family",
    "al2023@v1",
    "ubuntu@latest",
    "the family of 'alias' must be one of",
  ),
  aliasRow(
    "family-case",
    "families are in lower case",
    "al2023@latest",
    "AL2023@latest",
    "the family of 'alias' must be one of",
  ),
  aliasRow(
    "length",
    "an alias has at most 30 characters",
    `al2023@${"v".repeat(23)}`,
    `al2023@${"v".repeat(24)}`,
    "Too long",
  ),
  ...["windows2019", "windows2022", "windows2025"].map((family) =>
    aliasRow(
      family,
      "Windows images have the version latest only",
      `${family}@latest`,
      `${family}@v1`,
      "must have the version 'latest'",
    ),
  ),
];
