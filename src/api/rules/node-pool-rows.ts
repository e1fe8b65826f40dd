/** Rules of NodePool outside of its lists and its disruption stanza (spec: api 1.1, 1.2, 1.6). */
import {
  bareNodePool,
  entries,
  nodeClassRef,
  nodePool,
  poolLabels,
  poolTemplate,
  templateSpec,
  without,
} from "./manifests.ts";
import { admittedAwsKeys } from "../labels/restrictions.ts";
import type { RuleRow } from "./rule-case.ts";

const refField = "spec.template.spec.nodeClassRef";

const required: readonly RuleRow[] = [
  {
    id: "nodepool-spec-required",
    section: "1.1",
    rule: "spec must be there",
    accepted: nodePool(),
    refused: bareNodePool({}),
    cause: { field: "spec", message: "Required value" },
  },
  {
    id: "nodepool-template-required",
    section: "1.1",
    rule: "spec.template must be there",
    accepted: nodePool(),
    refused: bareNodePool({ spec: {} }),
    cause: { field: "spec.template", message: "Required value" },
  },
  {
    id: "nodepool-template-spec-required",
    section: "1.2",
    rule: "spec.template.spec must be there",
    accepted: nodePool(),
    refused: nodePool({ template: {} }),
    cause: { field: "spec.template.spec", message: "Required value" },
  },
  {
    id: "nodepool-requirements-required",
    section: "1.2",
    rule: "requirements must be there, and may be empty",
    accepted: poolTemplate({ requirements: [] }),
    refused: nodePool({ template: { spec: without(templateSpec, "requirements") } }),
    cause: { field: "spec.template.spec.requirements", message: "Required value" },
  },
  {
    id: "nodepool-nodeclassref-required",
    section: "1.2",
    rule: "nodeClassRef must be there",
    accepted: nodePool(),
    refused: nodePool({ template: { spec: without(templateSpec, "nodeClassRef") } }),
    cause: { field: refField, message: "Required value" },
  },
  ...["group", "kind", "name"].flatMap((member): readonly RuleRow[] => [
    {
      id: `nodepool-nodeclassref-${member}-required`,
      section: "1.2",
      rule: `nodeClassRef.${member} must be there`,
      accepted: nodePool(),
      refused: poolTemplate({ nodeClassRef: without(nodeClassRef, member) }),
      cause: { field: `${refField}.${member}`, message: "Required value" },
    },
    {
      id: `nodepool-nodeclassref-${member}-not-empty`,
      section: "1.2",
      rule: `nodeClassRef.${member} may not be empty`,
      accepted: nodePool(),
      refused: poolTemplate({ nodeClassRef: { ...nodeClassRef, [member]: "" } }),
      cause: { field: `${refField}.${member}`, message: `${member} may not be empty` },
    },
  ]),
  {
    id: "nodepool-nodeclassref-group-without-slash",
    section: "1.2",
    rule: "nodeClassRef.group is a group, not an apiVersion",
    accepted: nodePool(),
    refused: poolTemplate({ nodeClassRef: { ...nodeClassRef, group: "karpenter.k8s.aws/v1" } }),
    cause: { field: `${refField}.group`, message: "should match '^[^/]*$'" },
  },
  ...["group", "kind"].map(
    (member): RuleRow => ({
      id: `nodepool-nodeclassref-${member}-immutable`,
      section: "1.2",
      rule: `nodeClassRef.${member} cannot be changed; its name can`,
      stored: nodePool(),
      accepted: poolTemplate({ nodeClassRef: { ...nodeClassRef, name: "other" } }),
      refused: poolTemplate({ nodeClassRef: { ...nodeClassRef, [member]: "other" } }),
      cause: { field: refField, message: `nodeClassRef.${member} is immutable` },
    }),
  ),
];

const mode = "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes";

const spec: readonly RuleRow[] = [
  {
    id: "nodepool-weight-minimum",
    section: "1.1",
    rule: "weight is at least 1",
    accepted: nodePool({ weight: 1 }),
    refused: nodePool({ weight: 0 }),
    cause: { field: "spec.weight", message: "should be greater than or equal to 1" },
  },
  {
    id: "nodepool-weight-maximum",
    section: "1.1",
    rule: "weight is at most 100",
    accepted: nodePool({ weight: 100 }),
    refused: nodePool({ weight: 101 }),
    cause: { field: "spec.weight", message: "should be less than or equal to 100" },
  },
  {
    id: "nodepool-weight-integer",
    section: "1.1",
    rule: "weight is an integer",
    accepted: nodePool({ weight: 50 }),
    refused: nodePool({ weight: "50" }),
    cause: { field: "spec.weight", message: "must be of type integer" },
  },
  {
    id: "nodepool-replicas-minimum",
    section: "1.1",
    rule: "replicas is at least 0",
    accepted: nodePool({ replicas: 0 }),
    refused: nodePool({ replicas: -1 }),
    cause: { field: "spec.replicas", message: "should be greater than or equal to 0" },
  },
  {
    id: "nodepool-replicas-not-removed",
    section: "1.1",
    rule: "a static pool stays static; its number may change",
    stored: nodePool({ replicas: 1 }),
    accepted: nodePool({ replicas: 5 }),
    refused: nodePool(),
    cause: { field: "spec", message: mode },
  },
  {
    id: "nodepool-replicas-not-added",
    section: "1.1",
    rule: "a dynamic pool stays dynamic",
    stored: nodePool(),
    accepted: nodePool({ weight: 5 }),
    refused: nodePool({ replicas: 1 }),
    cause: { field: "spec", message: mode },
  },
  {
    id: "nodepool-static-limits-nodes-only",
    section: "1.1",
    rule: "a static pool may limit nodes and nothing else",
    accepted: nodePool({ replicas: 1, limits: { nodes: 10 } }),
    refused: nodePool({ replicas: 1, limits: { nodes: 10, cpu: "100" } }),
    cause: { field: "spec", message: "only 'limits.nodes' is supported on static NodePools" },
  },
  {
    id: "nodepool-static-limits-without-nodes",
    section: "1.1",
    rule: "a static pool may have empty limits, but none of another resource",
    accepted: nodePool({ replicas: 1, limits: {} }),
    refused: nodePool({ replicas: 1, limits: { cpu: "100" } }),
    cause: { field: "spec", message: "only 'limits.nodes' is supported on static NodePools" },
  },
  {
    id: "nodepool-static-without-weight",
    section: "1.1",
    rule: "a static pool has no weight",
    accepted: nodePool({ replicas: 1 }),
    refused: nodePool({ replicas: 1, weight: 10 }),
    cause: { field: "spec", message: "'weight' is not supported on static NodePools" },
  },
  {
    id: "nodepool-limits-quantity",
    section: "1.6",
    rule: "limits are quantities: text or integer, negative ones too",
    accepted: nodePool({ limits: { cpu: "1k", memory: "1.5Ti", nodes: 10, "nvidia.com/gpu": "-2", pods: "1e3" } }),
    refused: nodePool({ limits: { cpu: "ten" } }),
    cause: { field: "spec.limits.cpu", message: "should match" },
  },
  {
    id: "nodepool-limits-quantity-suffix",
    section: "0.3",
    rule: "a quantity has one suffix that Kubernetes knows",
    accepted: nodePool({ limits: { memory: "10Gi" } }),
    refused: nodePool({ limits: { memory: "10GB" } }),
    cause: { field: "spec.limits.memory", message: "should match" },
  },
  {
    id: "nodepool-limits-not-boolean",
    section: "0.3",
    rule: "a quantity is a text or an integer",
    accepted: nodePool({ limits: { cpu: 4 } }),
    refused: nodePool({ limits: { cpu: true } }),
    cause: { field: "spec.limits.cpu", message: "must be of type" },
  },
  {
    id: "nodepool-annotations-text",
    section: "1.2",
    rule: "annotations are texts",
    accepted: nodePool({ template: { metadata: { annotations: { a: "true" } }, spec: templateSpec } }),
    refused: nodePool({ template: { metadata: { annotations: { a: true } }, spec: templateSpec } }),
    cause: { field: "spec.template.metadata.annotations.a", message: "must be of type string" },
  },
  {
    id: "nodepool-labels-maximum",
    section: "1.2",
    rule: "at most 100 labels",
    accepted: poolLabels(entries(100)),
    refused: poolLabels(entries(101)),
    cause: { field: "spec.template.metadata.labels", message: "must have at most 100 items" },
  },
  {
    id: "nodepool-label-value-syntax",
    section: "1.2",
    rule: "label values are label values; the empty text is one",
    accepted: poolLabels({ a: "B-1_c.d", b: "" }),
    refused: poolLabels({ a: "with space" }),
    cause: { field: "spec.template.metadata.labels.a", message: "should match" },
  },
  {
    id: "nodepool-label-value-length",
    section: "0.3",
    rule: "label values have at most 63 characters",
    accepted: poolLabels({ a: "v".repeat(63) }),
    refused: poolLabels({ a: "v".repeat(64) }),
    cause: { field: "spec.template.metadata.labels.a", message: "Too long" },
  },
];

const labelRow = (
  name: string,
  rule: string,
  labels: { good: readonly string[]; bad: string; message: string },
): RuleRow => ({
  id: `nodepool-labels-${name}`,
  section: "1.4",
  rule,
  accepted: poolLabels(Object.fromEntries(labels.good.map((key) => [key, "v"]))),
  refused: poolLabels({ [labels.bad]: "v" }),
  cause: { field: "spec.template.metadata.labels", message: labels.message },
});

const coreDomain = 'label domain "karpenter.sh" is restricted';
const awsDomain = 'label domain "karpenter.k8s.aws" is restricted';

const labelKeys: readonly RuleRow[] = [
  labelRow("domain", "of domain karpenter.sh the capacity type is free", {
    good: ["karpenter.sh/capacity-type", "kubernetes.io/arch", "example.k8s.io/x"],
    bad: "karpenter.sh/custom",
    message: coreDomain,
  }),
  labelRow("domain-lookalike", "a domain that merely ends in karpenter.sh is refused", {
    good: ["karpenter.sh.example.com/x", "example.com/karpenter.sh"],
    bad: "notkarpenter.sh/x",
    message: coreDomain,
  }),
  labelRow("domain-bare", "a bare key that ends in karpenter.sh is refused", {
    good: ["mykarpenter"],
    bad: "mykarpenter.sh",
    message: coreDomain,
  }),
  labelRow("nodepool", "a pool may not name a pool", {
    good: ["example.com/nodepool"],
    bad: "karpenter.sh/nodepool",
    message: 'label "karpenter.sh/nodepool" is restricted',
  }),
  labelRow("hostname", "a pool may not name a host", {
    good: ["example.com/hostname"],
    bad: "kubernetes.io/hostname",
    message: 'label "kubernetes.io/hostname" is restricted',
  }),
  labelRow("aws-domain", "of domain karpenter.k8s.aws the listed keys are free", {
    good: admittedAwsKeys["nodepool-label"],
    bad: "karpenter.k8s.aws/instance-pods",
    message: awsDomain,
  }),
  labelRow("aws-domain-lookalike", "a domain that merely ends in karpenter.k8s.aws is refused", {
    good: ["topology.k8s.aws/zone-id"],
    bad: "notkarpenter.k8s.aws/x",
    message: awsDomain,
  }),
  labelRow("key-syntax", "the syntax of keys is not checked, their domain is", {
    good: ["a key with spaces"],
    bad: "karpenter.sh/a key with spaces",
    message: coreDomain,
  }),
];

export const nodePoolRows: readonly RuleRow[] = [...required, ...spec, ...labelKeys];
