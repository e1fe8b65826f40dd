/** CRDs of Provisioner and Machine (spec: v1alpha5 1 and 4.10); rules that need no webhook (5.6 step 12). */
import {
  ageColumn,
  conditionColumn,
  integerColumn,
  type KindDefinition,
  labelColumn,
  readyColumn,
  textColumn,
  wide,
} from "../crds/definition.ts";
import { labelValuePattern } from "../crds/fields.ts";
import { labels } from "../labels/names.ts";
import { bool, int32, int64, map, obj, rule, str } from "../schema/node.ts";
import {
  eraKubelet,
  eraLabelMapRules,
  eraRequirements,
  eraTaints,
  relaxedConditions,
  machineRequirements,
  providerRef,
  resourceMap,
} from "./fields.ts";
import { machineType } from "./machine.ts";
import { type ProvisionerSpec, provisionerType } from "./provisioner.ts";

const specRules = [
  rule<ProvisionerSpec>({
    cel: "!(has(self.ttlSecondsAfterEmpty) && has(self.consolidation) && has(self.consolidation.enabled) && self.consolidation.enabled)",
    message: "expected exactly one, got both (ttlSecondsAfterEmpty, consolidation.enabled)",
    check: (self) => self.ttlSecondsAfterEmpty === undefined || self.consolidation?.enabled !== true,
  }),
  rule<ProvisionerSpec>({
    cel: "!(has(self.provider) && has(self.providerRef))",
    message: "expected exactly one, got both (provider, providerRef)",
    check: (self) => self.provider === undefined || self.providerRef === undefined,
  }),
];

const provisionerSpec = obj(
  "Which nodes are provisioned, and when they go.",
  {
    annotations: map("Annotations of every node.", { type: "string" }),
    labels: map(
      "Labels of every node. In scheduling each counts as a requirement with this one value.",
      { type: "string", maxLength: 63, pattern: labelValuePattern },
      { maxProperties: 100, rules: eraLabelMapRules },
    ),
    taints: eraTaints("Taints of the nodes. Pods must tolerate them to be scheduled there."),
    startupTaints: eraTaints("Taints that something in the cluster removes once a node is prepared."),
    requirements: eraRequirements,
    kubeletConfiguration: eraKubelet,
    provider: {
      description: "AWS settings, inline. Deprecated: use an AWSNodeTemplate.",
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    },
    providerRef: providerRef("The AWSNodeTemplate of these nodes."),
    ttlSecondsAfterEmpty: int64("Seconds after which an empty node goes. Absent means never.", { minimum: 0 }),
    ttlSecondsUntilExpired: int64("Seconds after which a node is replaced. Absent means never.", { minimum: 0 }),
    limits: obj("Limits of what is provisioned.", {
      resources: resourceMap("Most resources that all nodes of this Provisioner may have together."),
    }),
    weight: int32("Precedence among Provisioners that fit a pod; the highest first.", { minimum: 1, maximum: 100 }),
    consolidation: obj("Removal of nodes that others could do the work of.", {
      enabled: bool("Whether nodes are consolidated."),
    }),
  },
  { rules: specRules },
);

export const provisionerDefinition: KindDefinition = {
  type: provisionerType,
  description: "Provisioner says which nodes may be provisioned, and when they are removed.",
  categories: ["karpenter"],
  columns: [textColumn("Template", ".spec.providerRef.name"), integerColumn("Weight", ".spec.weight", wide)],
  spec: provisionerSpec,
  status: obj("What was observed.", {
    resources: resourceMap("Capacity of all nodes of this Provisioner."),
    lastScaleTime: str("Not maintained.", { format: "date-time" }),
    conditions: relaxedConditions,
  }),
  specRequired: false,
};

export const machineDefinition: KindDefinition = {
  type: machineType,
  description: "Machine is one node of a Provisioner, from the wish for it to the end of its instance.",
  categories: ["karpenter"],
  columns: [
    labelColumn("Type", labels.instanceType),
    labelColumn("Zone", labels.zone),
    textColumn("Node", ".status.nodeName"),
    readyColumn,
    ageColumn,
    labelColumn("Capacity", labels.capacityType, wide),
    labelColumn("Provisioner", labels.provisionerName, wide),
    textColumn("Template", ".spec.machineTemplateRef.name", wide),
    conditionColumn("Drifted", "MachineDrifted", wide),
  ],
  spec: obj("What is asked for.", {
    taints: eraTaints("Taints of the node."),
    startupTaints: eraTaints("Taints that something in the cluster removes once the node is prepared."),
    requirements: machineRequirements,
    resources: obj("What the node must have.", { requests: resourceMap("Sum of the requests of the first pods.") }),
    kubelet: eraKubelet,
    machineTemplateRef: providerRef("The AWSNodeTemplate."),
  }),
  status: obj("What was observed.", {
    nodeName: str("Name of the Node."),
    providerID: str("Id of the instance."),
    imageID: str("Image of the instance. Not in upstream's definition."),
    lastPodEventTime: str("When a pod last came or went. Not in upstream's definition.", { format: "date-time" }),
    capacity: resourceMap("Capacity of the node."),
    allocatable: resourceMap("What pods may use of it."),
    conditions: relaxedConditions,
  }),
  specRequired: false,
};
