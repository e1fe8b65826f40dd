/** Rules of requirements, of NodePool and NodeClaim alike (spec: api 1.3 and 1.4). */
import { admittedAwsKeys } from "../labels/restrictions.ts";
import type { Host } from "./list-host.ts";
import { pool } from "./list-host.ts";
import { repeated, texts } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const inList = (key: string): unknown => ({ key, operator: "In", values: ["a"] });

const numeric = (operator: string, ...values: readonly string[]): unknown => ({
  key: "example.com/n",
  operator,
  values,
});

const operatorsAll = [
  inList("a"),
  { key: "b", operator: "NotIn", values: ["a"] },
  { key: "c", operator: "Exists" },
  { key: "d", operator: "DoesNotExist" },
  ...["Gt", "Lt", "Gte", "Lte"].map((operator) => numeric(operator, "1")),
];

const numericMessage = "requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value";
const inMessage = "requirements with operator 'In' must have a value defined";
const minValuesMessage =
  "requirements with 'minValues' must have at least that many values specified in the 'values' field";

export function requirementRows(host: Host): readonly RuleRow[] {
  const field = `${host.path}.requirements`;
  const row = (
    name: string,
    rule: string,
    objects: { readonly good: readonly unknown[]; readonly bad: readonly unknown[] },
    cause: { readonly member?: string; readonly message: string },
  ): RuleRow => ({
    id: `${host.prefix}-requirements-${name}`,
    section: "1.3",
    rule,
    accepted: host.requirement(...objects.good),
    refused: host.requirement(...objects.bad),
    cause: {
      field: cause.member === undefined ? field : `${field}[0].${cause.member}`,
      message: cause.message,
    },
  });
  return [
    row(
      "maximum",
      "at most 100 requirements",
      { good: repeated(100, inList("a")), bad: repeated(101, inList("a")) },
      {
        message: "must have at most 100 items",
      },
    ),
    row(
      "key-required",
      "a requirement has a key",
      { good: [inList("a")], bad: [{ operator: "Exists" }] },
      {
        member: "key",
        message: "Required value",
      },
    ),
    row(
      "operator-required",
      "a requirement has an operator",
      { good: [inList("a")], bad: [{ key: "a" }] },
      {
        member: "operator",
        message: "Required value",
      },
    ),
    row(
      "operator-values",
      "there are eight operators",
      { good: operatorsAll, bad: [{ key: "a", operator: "in" }] },
      {
        member: "operator",
        message: "supported values",
      },
    ),
    row(
      "key-syntax",
      "a key is a qualified name",
      { good: [inList("example.com/a.b_c-D")], bad: [inList("a b")] },
      {
        member: "key",
        message: "should match",
      },
    ),
    row(
      "key-length",
      "a key has at most 316 characters, whatever the length of its halves",
      { good: [inList("k".repeat(316))], bad: [inList("k".repeat(317))] },
      { member: "key", message: "Too long" },
    ),
    row(
      "in-with-values",
      "In has values, and admission does not look into them",
      {
        good: [{ key: "a", operator: "In", values: ["not a value!"] }],
        bad: [{ key: "a", operator: "In", values: [] }],
      },
      { message: inMessage },
    ),
    row(
      "in-without-values",
      "In without the key values is refused; NotIn without any is not",
      {
        good: [
          { key: "a", operator: "NotIn" },
          { key: "a", operator: "NotIn", values: [] },
        ],
        bad: [{ key: "a", operator: "In" }],
      },
      { message: inMessage },
    ),
    ...["Gt", "Lt", "Gte", "Lte"].map((operator) =>
      row(
        `${operator.toLowerCase()}-integer`,
        `${operator} takes an integer, 0 included`,
        { good: [numeric(operator, "0")], bad: [numeric(operator, "many")] },
        { message: numericMessage },
      ),
    ),
    ...["Gt", "Lt", "Gte", "Lte"].map((operator) =>
      row(
        `${operator.toLowerCase()}-not-negative`,
        `${operator} takes no negative number`,
        { good: [numeric(operator, "5")], bad: [numeric(operator, "-1")] },
        { message: numericMessage },
      ),
    ),
    row(
      "numeric-single",
      "numeric operators take one value",
      { good: [numeric("Gt", "1")], bad: [numeric("Gt", "1", "2")] },
      {
        message: numericMessage,
      },
    ),
    row(
      "numeric-some",
      "numeric operators take a value",
      { good: [numeric("Lt", "1")], bad: [numeric("Lt")] },
      {
        message: numericMessage,
      },
    ),
    row(
      "numeric-whole",
      "numeric operators take whole numbers",
      { good: [numeric("Gte", "8")], bad: [numeric("Gte", "8.5")] },
      {
        message: numericMessage,
      },
    ),
    row(
      "minvalues-minimum",
      "minValues is at least 1",
      { good: [{ ...(inList("a") as object), minValues: 1 }], bad: [{ ...(inList("a") as object), minValues: 0 }] },
      { member: "minValues", message: "should be greater than or equal to 1" },
    ),
    row(
      "minvalues-maximum",
      "minValues is at most 50",
      {
        good: [{ key: "a", operator: "Exists", minValues: 50 }],
        bad: [{ key: "a", operator: "Exists", minValues: 51 }],
      },
      { member: "minValues", message: "should be less than or equal to 50" },
    ),
    row(
      "minvalues-covered",
      "In lists at least minValues values; other operators need not",
      {
        good: [
          { key: "a", operator: "In", values: texts(3, "v"), minValues: 3 },
          { key: "b", operator: "NotIn", values: ["v"], minValues: 3 },
        ],
        bad: [{ key: "a", operator: "In", values: texts(2, "v"), minValues: 3 }],
      },
      { message: minValuesMessage },
    ),
    ...keyRows(host),
  ];
}

function keyRows(host: Host): readonly RuleRow[] {
  const row = (
    name: string,
    rule: string,
    keys: { good: readonly string[]; bad: string; message: string },
  ): RuleRow => ({
    id: `${host.prefix}-requirements-${name}`,
    section: "1.4",
    rule,
    accepted: host.requirement(...keys.good.map(inList)),
    refused: host.requirement(inList(keys.bad)),
    cause: { field: `${host.path}.requirements[0].key`, message: keys.message },
  });
  const core = 'label domain "karpenter.sh" is restricted';
  const aws = 'label domain "karpenter.k8s.aws" is restricted';
  return [
    row("domain", "of domain karpenter.sh the capacity type is free", {
      good: ["karpenter.sh/capacity-type", "example.com/karpenter.sh"],
      bad: "karpenter.sh/custom",
      message: core,
    }),
    row("domain-lookalike", "a domain that merely ends in karpenter.sh is refused", {
      good: ["karpenter.sh.example.com/x"],
      bad: "notkarpenter.sh/x",
      message: core,
    }),
    row("domain-bare", "a bare key that ends in karpenter.sh is refused", {
      good: ["mykarpenter"],
      bad: "mykarpenter.sh",
      message: core,
    }),
    row("domain-compatibility", "compatibility.karpenter.sh is restricted too", {
      good: ["kubernetes.io/arch", "node.kubernetes.io/instance-type", "example.k8s.io/x"],
      bad: "compatibility.karpenter.sh/provider",
      message: core,
    }),
    row("hostname", "kubernetes.io/hostname is refused", {
      good: ["topology.kubernetes.io/zone"],
      bad: "kubernetes.io/hostname",
      message: 'label "kubernetes.io/hostname" is restricted',
    }),
    row("aws-domain", "of domain karpenter.k8s.aws the listed keys are free", {
      good: admittedAwsKeys[host.place],
      bad: "karpenter.k8s.aws/instance-pods",
      message: aws,
    }),
    row("aws-domain-lookalike", "a domain that merely ends in karpenter.k8s.aws is refused", {
      good: ["topology.k8s.aws/zone-id"],
      bad: "notkarpenter.k8s.aws/x",
      message: aws,
    }),
    row(
      "nodepool-key",
      host === pool ? "a pool may not require a pool" : "a claim may require its pool, but nothing else of the domain",
      {
        good: host === pool ? ["example.com/nodepool"] : ["karpenter.sh/nodepool"],
        bad: host === pool ? "karpenter.sh/nodepool" : "karpenter.sh/nodepools",
        message: host === pool ? 'label "karpenter.sh/nodepool" is restricted' : core,
      },
    ),
  ];
}
