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

interface Entry {
  readonly name: string;
  readonly rule: string;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** Member of the first requirement that is to blame; absent when a rule of the list is broken. */
  readonly member?: string;
  readonly message: string;
}

type Pair = Pick<Entry, "good" | "bad">;

const entry = (name: string, rule: string, pair: Pair, cause: Pick<Entry, "member" | "message">): Entry => ({
  name,
  rule,
  ...pair,
  ...cause,
});

const listEntries: readonly Entry[] = [
  entry(
    "maximum",
    "at most 100 requirements",
    { good: repeated(100, inList("a")), bad: repeated(101, inList("a")) },
    {
      message: "must have at most 100 items",
    },
  ),
  entry(
    "key-required",
    "a requirement has a key",
    { good: [inList("a")], bad: [{ operator: "Exists" }] },
    {
      member: "key",
      message: "Required value",
    },
  ),
  entry(
    "operator-required",
    "a requirement has an operator",
    { good: [inList("a")], bad: [{ key: "a" }] },
    {
      member: "operator",
      message: "Required value",
    },
  ),
  entry(
    "operator-values",
    "there are eight operators",
    { good: operatorsAll, bad: [{ key: "a", operator: "in" }] },
    {
      member: "operator",
      message: "supported values",
    },
  ),
  entry(
    "key-syntax",
    "a key is a qualified name",
    { good: [inList("example.com/a.b_c-D")], bad: [inList("a b")] },
    {
      member: "key",
      message: "should match",
    },
  ),
  entry(
    "key-length",
    "a key has at most 316 characters, whatever the length of its halves",
    { good: [inList("k".repeat(316))], bad: [inList("k".repeat(317))] },
    { member: "key", message: "Too long" },
  ),
  entry(
    "in-with-values",
    "In has values, and admission does not look into them",
    {
      good: [{ key: "a", operator: "In", values: ["not a value!"] }],
      bad: [{ key: "a", operator: "In", values: [] }],
    },
    { message: inMessage },
  ),
  entry(
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
    entry(
      `${operator.toLowerCase()}-integer`,
      `${operator} takes an integer, 0 included`,
      { good: [numeric(operator, "0")], bad: [numeric(operator, "many")] },
      { message: numericMessage },
    ),
  ),
  ...["Gt", "Lt", "Gte", "Lte"].map((operator) =>
    entry(
      `${operator.toLowerCase()}-not-negative`,
      `${operator} takes no negative number`,
      { good: [numeric(operator, "5")], bad: [numeric(operator, "-1")] },
      { message: numericMessage },
    ),
  ),
  entry(
    "numeric-single",
    "numeric operators take one value",
    { good: [numeric("Gt", "1")], bad: [numeric("Gt", "1", "2")] },
    {
      message: numericMessage,
    },
  ),
  entry(
    "numeric-some",
    "numeric operators take a value",
    { good: [numeric("Lt", "1")], bad: [numeric("Lt")] },
    {
      message: numericMessage,
    },
  ),
  entry(
    "numeric-whole",
    "numeric operators take whole numbers",
    { good: [numeric("Gte", "8")], bad: [numeric("Gte", "8.5")] },
    {
      message: numericMessage,
    },
  ),
  entry(
    "minvalues-minimum",
    "minValues is at least 1",
    { good: [{ ...(inList("a") as object), minValues: 1 }], bad: [{ ...(inList("a") as object), minValues: 0 }] },
    { member: "minValues", message: "should be greater than or equal to 1" },
  ),
  entry(
    "minvalues-maximum",
    "minValues is at most 50",
    {
      good: [{ key: "a", operator: "Exists", minValues: 50 }],
      bad: [{ key: "a", operator: "Exists", minValues: 51 }],
    },
    { member: "minValues", message: "should be less than or equal to 50" },
  ),
  entry(
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
];

function toRow(host: Host, { name, rule, good, bad, member, message }: Entry): RuleRow {
  const field = `${host.path}.requirements`;
  return {
    id: `${host.prefix}-requirements-${name}`,
    section: "1.3",
    rule,
    accepted: host.requirement(...good),
    refused: host.requirement(...bad),
    cause: { field: member === undefined ? field : `${field}[0].${member}`, message },
  };
}

export function requirementRows(host: Host): readonly RuleRow[] {
  const keys = [...keyEntries, host === pool ? poolKeyInPool : poolKeyInClaim];
  return [...listEntries.map((item) => toRow(host, item)), ...keys.map((item) => toKeyRow(host, item))];
}

interface KeyEntry {
  readonly name: string;
  readonly rule: string;
  /** `admitted`: every key of the AWS domain that is free at this place. */
  readonly good: readonly string[] | "admitted";
  readonly bad: string;
  readonly message: string;
}

const core = 'label domain "karpenter.sh" is restricted';
const aws = 'label domain "karpenter.k8s.aws" is restricted';

const keyEntries: readonly KeyEntry[] = [
  {
    name: "domain",
    rule: "of domain karpenter.sh the capacity type is free",
    good: ["karpenter.sh/capacity-type", "example.com/karpenter.sh"],
    bad: "karpenter.sh/custom",
    message: core,
  },
  {
    name: "domain-lookalike",
    rule: "a domain that merely ends in karpenter.sh is refused",
    good: ["karpenter.sh.example.com/x"],
    bad: "notkarpenter.sh/x",
    message: core,
  },
  {
    name: "domain-bare",
    rule: "a bare key that ends in karpenter.sh is refused",
    good: ["mykarpenter"],
    bad: "mykarpenter.sh",
    message: core,
  },
  {
    name: "domain-compatibility",
    rule: "compatibility.karpenter.sh is restricted too",
    good: ["kubernetes.io/arch", "node.kubernetes.io/instance-type", "example.k8s.io/x"],
    bad: "compatibility.karpenter.sh/provider",
    message: core,
  },
  {
    name: "hostname",
    rule: "kubernetes.io/hostname is refused",
    good: ["topology.kubernetes.io/zone"],
    bad: "kubernetes.io/hostname",
    message: 'label "kubernetes.io/hostname" is restricted',
  },
  {
    name: "aws-domain",
    rule: "of domain karpenter.k8s.aws the listed keys are free",
    good: "admitted",
    bad: "karpenter.k8s.aws/instance-pods",
    message: aws,
  },
  {
    name: "aws-domain-lookalike",
    rule: "a domain that merely ends in karpenter.k8s.aws is refused",
    good: ["topology.k8s.aws/zone-id"],
    bad: "notkarpenter.k8s.aws/x",
    message: aws,
  },
];

const poolKeyInPool: KeyEntry = {
  name: "nodepool-key",
  rule: "a pool may not require a pool",
  good: ["example.com/nodepool"],
  bad: "karpenter.sh/nodepool",
  message: 'label "karpenter.sh/nodepool" is restricted',
};

const poolKeyInClaim: KeyEntry = {
  name: "nodepool-key",
  rule: "a claim may require its pool, but nothing else of the domain",
  good: ["karpenter.sh/nodepool"],
  bad: "karpenter.sh/nodepools",
  message: core,
};

const toKeyRow = (host: Host, { name, rule, good, bad, message }: KeyEntry): RuleRow => ({
  id: `${host.prefix}-requirements-${name}`,
  section: "1.4",
  rule,
  accepted: host.requirement(...(good === "admitted" ? admittedAwsKeys[host.place] : good).map(inList)),
  refused: host.requirement(inList(bad)),
  cause: { field: `${host.path}.requirements[0].key`, message },
});
