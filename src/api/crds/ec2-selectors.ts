/**
 * Selector terms of EC2NodeClass (spec: api 4.2). The exclusivity rules of subnets, security groups and reservations
 * refuse only when every term is wrong, as upstream encodes them (sharp edge 14); those of images refuse any wrong term.
 */
import { amiAliasFamilies } from "../aws/ami-alias.ts";
import type {
  AmiSelectorTerm,
  CapacityReservationSelectorTerm,
  SecurityGroupSelectorTerm,
  SubnetSelectorTerm,
} from "../aws/ec2-node-class.ts";
import type { AdmissionRule, SchemaNode } from "../schema/node.ts";
import { list, map, obj, rule, str } from "../schema/node.ts";

const maxTerms = 30;

const tags = map(
  "Tags that the resource must have. The value * means that the key is present.",
  { type: "string" },
  {
    maxProperties: 20,
    rules: [
      rule<Readonly<Record<string, string>>>({
        cel: "self.all(k, k != '' && self[k] != '')",
        message: "tag keys and values may not be empty",
        check: (self) => Object.entries(self).every(([key, value]) => key !== "" && value !== ""),
      }),
    ],
  },
);

type Member = string;

/** Every term must name at least one of the members. */
function atLeastOne(members: readonly Member[]): AdmissionRule {
  return rule<readonly Readonly<Partial<Record<Member, unknown>>>[]>({
    cel: `self.all(x, ${members.map((member) => `has(x.${member})`).join(" || ")})`,
    message: `each term needs at least one of ${members.map((member) => `'${member}'`).join(", ")}`,
    check: (self) => self.every((x) => members.some((member) => x[member] !== undefined)),
  });
}

/** `member` excludes `others`; refused when this is broken by `every` term or by `some` term. */
function alone<T extends object>(
  quantifier: "every" | "some",
  member: Member & keyof T,
  others: readonly (Member & keyof T)[],
): AdmissionRule {
  const breaks = `has(x.${member}) && (${others.map((other) => `has(x.${other})`).join(" || ")})`;
  const isBroken = (x: T): boolean => x[member] !== undefined && others.some((other) => x[other] !== undefined);
  return rule<readonly T[]>({
    cel: `!self.${quantifier === "every" ? "all" : "exists"}(x, ${breaks})`,
    message: `'${member}' cannot be combined with other fields in one term`,
    check: (self) => !self[quantifier](isBroken),
  });
}

const notEmpty = (name: string): AdmissionRule =>
  rule<readonly unknown[]>({
    cel: "self.size() != 0",
    message: `${name} may not be empty`,
    check: (self) => self.length > 0,
  });

export const subnetSelectorTerms = list(
  "Which subnets nodes may be put into. A subnet must match one term.",
  obj("One term; all its members must match.", { tags, id: str("Id of the subnet.", { pattern: "subnet-[0-9a-z]+" }) }),
  {
    maxItems: maxTerms,
    rules: [
      notEmpty("subnetSelectorTerms"),
      atLeastOne(["tags", "id"]),
      alone<SubnetSelectorTerm>("every", "id", ["tags"]),
    ],
  },
);

export const securityGroupSelectorTerms = list(
  "Which security groups nodes get. A group must match one term; all that match are attached.",
  obj("One term; all its members must match.", {
    tags,
    id: str("Id of the security group.", { pattern: "sg-[0-9a-z]+" }),
    name: str("Name of the security group. This is not the tag Name."),
  }),
  {
    maxItems: maxTerms,
    rules: [
      notEmpty("securityGroupSelectorTerms"),
      atLeastOne(["tags", "id", "name"]),
      alone<SecurityGroupSelectorTerm>("every", "id", ["tags", "name"]),
      alone<SecurityGroupSelectorTerm>("every", "name", ["tags", "id"]),
    ],
  },
);

/** An empty list breaks the last rule, for "every" holds of nothing: leave the field out instead (sharp edge 15). */
export const capacityReservationSelectorTerms = list(
  "Which capacity reservations may be used. A reservation must match one term.",
  obj("One term; all its members must match.", {
    tags,
    id: str("Id of the reservation.", { pattern: "^cr-[0-9a-z]+$" }),
    ownerID: str("Account that owns the reservation.", { pattern: "^[0-9]{12}$" }),
    instanceMatchCriteria: str("How instances are matched with the reservation.", { enum: ["open", "targeted"] }),
  }),
  {
    maxItems: maxTerms,
    rules: [
      atLeastOne(["tags", "id", "instanceMatchCriteria"]),
      alone<CapacityReservationSelectorTerm>("every", "id", ["tags", "ownerID", "instanceMatchCriteria"]),
    ],
  },
);

const aliasFamilies = new RegExp(`^(${amiAliasFamilies.join("|")})@`);

const alias = str("Image family and version, such as al2023@latest. It must be the only term.", {
  maxLength: 30,
  rules: [
    rule<string>({
      cel: "self.matches('^[a-zA-Z0-9]+@.+$')",
      message: "'alias' must have the form 'family@version'",
      check: (self) => /^[a-zA-Z0-9]+@.+$/.test(self),
    }),
    rule<string>({
      cel: `self.matches('${aliasFamilies.source}')`,
      message: `the family of 'alias' must be one of ${amiAliasFamilies.map((family) => `'${family}'`).join(", ")}`,
      check: (self) => aliasFamilies.test(self),
    }),
    rule<string>({
      cel: "!self.startsWith('windows') || self.matches('^windows[0-9]+@latest$')",
      message: "'alias' of a Windows family must have the version 'latest'",
      check: (self) => !self.startsWith("windows") || /^windows[0-9]+@latest$/.test(self),
    }),
  ],
});

/** `ssmParameter` is in none of the exclusivity rules (sharp edge 17). */
export const amiSelectorTerms: SchemaNode = list(
  "Which images nodes may be launched from. An image must match one term.",
  obj("One term; all its members must match.", {
    alias,
    tags,
    id: str("Id of the image.", { pattern: "ami-[0-9a-z]+" }),
    name: str("Name of the image."),
    owner: str("Owner of the image: an account id, or self, or amazon."),
    ssmParameter: str("Name or address of the SSM parameter that holds the id of the image."),
  }),
  {
    maxItems: maxTerms,
    rules: [
      notEmpty("amiSelectorTerms"),
      atLeastOne(["tags", "id", "name", "alias", "ssmParameter"]),
      alone<AmiSelectorTerm>("some", "id", ["alias", "tags", "name", "owner"]),
      alone<AmiSelectorTerm>("some", "alias", ["id", "tags", "name", "owner"]),
      rule<readonly AmiSelectorTerm[]>({
        cel: "!self.exists(x, has(x.alias)) || self.size() == 1",
        message: "a term with 'alias' must be the only term",
        check: (self) => !self.some((x) => x.alias !== undefined) || self.length === 1,
      }),
    ],
  },
);
