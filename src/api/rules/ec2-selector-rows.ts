/** Rules of an EC2NodeClass's terms for subnets, security groups and reservations (spec: api 4.2). */
import { alone, byTag, needs, rowsOf, sharedRows } from "./ec2-selector-row.ts";
import type { RuleRow } from "./rule-case.ts";

const subnet = rowsOf("subnetSelectorTerms", "subnets");
const subnetRows: readonly RuleRow[] = [
  ...sharedRows("subnetSelectorTerms", "subnets", { id: "subnet-1" }),
  subnet(
    "minimum",
    "at least one term",
    { good: [byTag], bad: [] },
    { message: "subnetSelectorTerms may not be empty" },
  ),
  subnet(
    "some",
    "a term has tags or id",
    { good: [{ id: "subnet-0a" }, byTag], bad: [byTag, {}] },
    {
      message: needs("tags", "id"),
    },
  ),
  subnet(
    "id-alone",
    "id stands alone, but one good term hides any bad one",
    { good: [{ id: "subnet-1", ...byTag }, byTag], bad: [{ id: "subnet-1", ...byTag }] },
    {
      message: alone("id"),
    },
  ),
  subnet(
    "id-syntax",
    "an id contains subnet- and letters or digits",
    { good: [{ id: "my-subnet-1!" }], bad: [{ id: "net-1" }] },
    {
      member: "id",
      message: "should match",
    },
  ),
];

const group = rowsOf("securityGroupSelectorTerms", "groups");
const groupRows: readonly RuleRow[] = [
  ...sharedRows("securityGroupSelectorTerms", "groups", { id: "sg-1" }),
  group(
    "minimum",
    "at least one term",
    { good: [byTag], bad: [] },
    {
      message: "securityGroupSelectorTerms may not be empty",
    },
  ),
  group(
    "some",
    "a term has tags, id or name",
    { good: [{ id: "sg-1" }, { name: "nodes" }, byTag], bad: [{}] },
    {
      message: needs("tags", "id", "name"),
    },
  ),
  group(
    "id-alone",
    "id stands alone, but one good term hides any bad one",
    { good: [{ id: "sg-1", name: "n" }, byTag], bad: [{ id: "sg-1", name: "n" }] },
    {
      message: alone("id"),
    },
  ),
  group(
    "name-alone",
    "name stands alone, but one good term hides any bad one",
    { good: [{ name: "n", ...byTag }, byTag], bad: [{ name: "n", ...byTag }] },
    {
      message: alone("name"),
    },
  ),
  group(
    "id-syntax",
    "an id contains sg- and letters or digits",
    { good: [{ id: "x-sg-1" }], bad: [{ id: "group-1" }] },
    {
      member: "id",
      message: "should match",
    },
  ),
];

const reservation = rowsOf("capacityReservationSelectorTerms", "reservations");
const reservationRows: readonly RuleRow[] = [
  ...sharedRows("capacityReservationSelectorTerms", "reservations", { id: "cr-1" }),
  reservation(
    "not-empty",
    "an empty list is refused: leave it out",
    { good: [{ id: "cr-1" }], bad: [] },
    {
      message: alone("id"),
    },
  ),
  reservation(
    "some",
    "an owner alone is no term",
    {
      good: [{ ownerID: "123456789012", ...byTag }, { instanceMatchCriteria: "targeted" }],
      bad: [{ ownerID: "123456789012" }],
    },
    {
      message: needs("tags", "id", "instanceMatchCriteria"),
    },
  ),
  ...(
    [
      ["tags", byTag],
      ["ownerid", { ownerID: "123456789012" }],
      ["criteria", { instanceMatchCriteria: "open" }],
    ] as const
  ).map(([name, member]) =>
    reservation(
      `id-without-${name}`,
      "id stands alone, but one good term hides any bad one",
      { good: [{ id: "cr-1", ...member }, { id: "cr-2" }], bad: [{ id: "cr-1", ...member }] },
      {
        message: alone("id"),
      },
    ),
  ),
  reservation(
    "id-syntax",
    "an id is cr- and letters or digits, and nothing else",
    { good: [{ id: "cr-0a" }], bad: [{ id: "my-cr-0a" }] },
    {
      member: "id",
      message: "should match",
    },
  ),
  reservation(
    "owner-syntax",
    "an owner has twelve digits",
    { good: [{ ownerID: "123456789012", ...byTag }], bad: [{ ownerID: "1234", ...byTag }] },
    {
      member: "ownerID",
      message: "should match",
    },
  ),
  reservation(
    "criteria-values",
    "criteria are open or targeted",
    { good: [{ instanceMatchCriteria: "open" }], bad: [{ instanceMatchCriteria: "any" }] },
    {
      member: "instanceMatchCriteria",
      message: "supported values",
    },
  ),
];

export const ec2SelectorRows: readonly RuleRow[] = [...subnetRows, ...groupRows, ...reservationRows];
