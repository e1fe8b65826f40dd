/** Rules of NodeOverlay (spec: api 3.1). */
import { admittedAwsKeys } from "../labels/restrictions.ts";
import { bareNodeOverlay, nodeOverlay, overlayRequirement, repeated } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const inList = (key: string): unknown => ({ key, operator: "In", values: ["a"] });

const requirementsField = "spec.requirements";

const requirements: readonly RuleRow[] = [
  {
    id: "nodeoverlay-spec-required",
    section: "3.1",
    rule: "spec must be there",
    accepted: nodeOverlay(),
    refused: bareNodeOverlay({}),
    cause: { field: "spec", message: "Required value" },
  },
  {
    id: "nodeoverlay-requirements-required",
    section: "3.1",
    rule: "requirements must be there; an empty list means everything",
    accepted: nodeOverlay({ price: "0.5" }),
    refused: bareNodeOverlay({ spec: { price: "0.5" } }),
    cause: { field: requirementsField, message: "Required value" },
  },
  {
    id: "nodeoverlay-requirements-maximum",
    section: "3.1",
    rule: "at most 100 requirements",
    accepted: overlayRequirement(...repeated(100, inList("a"))),
    refused: overlayRequirement(...repeated(101, inList("a"))),
    cause: { field: requirementsField, message: "must have at most 100 items" },
  },
  ...["In", "NotIn"].map(
    (operator): RuleRow => ({
      id: `nodeoverlay-requirements-${operator.toLowerCase()}-with-values`,
      section: "9 (2)",
      rule: `${operator} has values`,
      accepted: overlayRequirement({ key: "a", operator, values: ["v"] }),
      refused: overlayRequirement({ key: "a", operator, values: [] }),
      cause: {
        field: requirementsField,
        message: `requirements with operator '${operator}' must have a value defined`,
      },
    }),
  ),
  ...["Gt", "Lt", "Gte", "Lte"].map(
    (operator): RuleRow => ({
      id: `nodeoverlay-requirements-${operator.toLowerCase()}-integer`,
      section: "3.1",
      rule: `${operator} takes one integer of at least 0`,
      accepted: overlayRequirement({ key: "a", operator, values: ["0"] }),
      refused: overlayRequirement({ key: "a", operator, values: ["-1"] }),
      cause: {
        field: requirementsField,
        message: "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value",
      },
    }),
  ),
  {
    id: "nodeoverlay-requirements-operator-values",
    section: "3.1",
    rule: "there are eight operators",
    accepted: overlayRequirement({ key: "a", operator: "Exists" }, { key: "b", operator: "DoesNotExist" }),
    refused: overlayRequirement({ key: "a", operator: "Equals", values: ["v"] }),
    cause: { field: `${requirementsField}[0].operator`, message: "supported values" },
  },
  ...(
    [
      ["key-required", "a requirement has a key", { operator: "Exists" }, "Required value"],
      ["key-syntax", "a key is a qualified name", inList("a b"), "should match"],
      ["key-length", "a key has at most 316 characters", inList("k".repeat(317)), "Too long"],
    ] as const
  ).map(
    ([name, rule, bad, message]): RuleRow => ({
      id: `nodeoverlay-requirements-${name}`,
      section: "1.3",
      rule,
      accepted: overlayRequirement(inList("example.com/a")),
      refused: overlayRequirement(bad),
      cause: { field: `${requirementsField}[0].key`, message },
    }),
  ),
];

const keyRow = (
  name: string,
  rule: string,
  keys: { good: readonly string[]; bad: string; message: string },
): RuleRow => ({
  id: `nodeoverlay-requirements-${name}`,
  section: "1.4",
  rule,
  accepted: overlayRequirement(...keys.good.map(inList)),
  refused: overlayRequirement(inList(keys.bad)),
  cause: { field: `${requirementsField}[0].key`, message: keys.message },
});

const awsMessage = 'label domain "karpenter.k8s.aws" is restricted';

const keys: readonly RuleRow[] = [
  keyRow("domain", "of domain karpenter.sh pool and capacity type are free", {
    good: ["karpenter.sh/nodepool", "karpenter.sh/capacity-type"],
    bad: "karpenter.sh/registered",
    message: 'label domain "karpenter.sh" is restricted',
  }),
  keyRow("hostname", "kubernetes.io/hostname is refused", {
    good: ["kubernetes.io/arch"],
    bad: "kubernetes.io/hostname",
    message: 'label "kubernetes.io/hostname" is restricted',
  }),
  keyRow("aws-domain", "of domain karpenter.k8s.aws the listed keys are free", {
    good: admittedAwsKeys["nodeoverlay-requirement"],
    bad: "karpenter.k8s.aws/custom",
    message: awsMessage,
  }),
  ...[
    "instance-tenancy",
    "capacity-reservation-id",
    "capacity-reservation-type",
    "capacity-reservation-interruptible",
    "placement-group-id",
    "placement-group-partition",
  ].map((name) =>
    keyRow(`aws-${name}`, `${name} is free in pools, not in overlays`, {
      good: ["karpenter.k8s.aws/instance-family"],
      bad: `karpenter.k8s.aws/${name}`,
      message: awsMessage,
    }),
  ),
];

const valueRow = (
  name: string,
  rule: string,
  pair: { field: string; good: unknown; bad: unknown; message: string },
): RuleRow => ({
  id: `nodeoverlay-${name}`,
  section: "3.1",
  rule,
  accepted: nodeOverlay({ [pair.field]: pair.good }),
  refused: nodeOverlay({ [pair.field]: pair.bad }),
  cause: { field: `spec.${pair.field}`, message: pair.message },
});

const match = "should match";

const values: readonly RuleRow[] = [
  valueRow("price-number", "a price is a number", { field: "price", good: "1.25", bad: "cheap", message: match }),
  valueRow("price-not-negative", "a price is not negative", { field: "price", good: "0", bad: "-1", message: match }),
  valueRow("price-digits", "a price has digits on both sides of its point", {
    field: "price",
    good: "10",
    bad: ".5",
    message: match,
  }),
  valueRow("adjustment-signed", "an adjustment has a sign", {
    field: "priceAdjustment",
    good: "+0.5",
    bad: "0.5",
    message: match,
  }),
  valueRow("adjustment-amount", "an adjustment may be negative, without a unit", {
    field: "priceAdjustment",
    good: "-12.75",
    bad: "-1USD",
    message: match,
  }),
  valueRow("adjustment-percent", "a percentage has a sign", {
    field: "priceAdjustment",
    good: "+150%",
    bad: "10%",
    message: match,
  }),
  valueRow("adjustment-discount", "a discount goes down to -100%", {
    field: "priceAdjustment",
    good: "-100%",
    bad: "-101%",
    message: match,
  }),
  valueRow("weight-minimum", "weight is at least 1", {
    field: "weight",
    good: 1,
    bad: 0,
    message: "greater than or equal to 1",
  }),
  valueRow("weight-maximum", "weight is at most 10000", {
    field: "weight",
    good: 10_000,
    bad: 10_001,
    message: "less than or equal to 10000",
  }),
  {
    id: "nodeoverlay-price-or-adjustment",
    section: "3.1",
    rule: "price and priceAdjustment exclude each other",
    accepted: nodeOverlay({ price: "1" }),
    refused: nodeOverlay({ price: "1", priceAdjustment: "+1" }),
    cause: { field: "spec", message: "cannot set both 'price' and 'priceAdjustment'" },
  },
  {
    id: "nodeoverlay-capacity-quantity",
    section: "3.1",
    rule: "capacity is in quantities",
    accepted: nodeOverlay({ capacity: { "smarter-devices/fuse": "1", "nvidia.com/gpu": 2 } }),
    refused: nodeOverlay({ capacity: { "smarter-devices/fuse": "one" } }),
    cause: { field: "spec.capacity.smarter-devices/fuse", message: match },
  },
  ...["cpu", "memory", "ephemeral-storage", "pods"].map(
    (resource): RuleRow => ({
      id: `nodeoverlay-capacity-${resource}`,
      section: "3.1",
      rule: `${resource} is not an overlay's to change`,
      accepted: nodeOverlay({ capacity: { "example.com/device": "1" } }),
      refused: nodeOverlay({ capacity: { [resource]: "1" } }),
      cause: { field: "spec.capacity", message: "invalid resource restricted" },
    }),
  ),
];

export const nodeOverlayRows: readonly RuleRow[] = [...requirements, ...keys, ...values];
