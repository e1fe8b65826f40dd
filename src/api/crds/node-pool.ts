/** CRD of NodePool (spec: api 1). */
import type { NodePool } from "../karpenter/node-pool.ts";
import { nodePoolType } from "../karpenter/resource-types.ts";
import { int32, int64, list, map, obj, rule, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, integerColumn, readyColumn, textColumn, wide } from "./definition.ts";
import {
  expireAfter,
  keyedConditions,
  labelValuePattern,
  nillableDurationPattern,
  nodeClassRef,
  resourceMap,
  startupTaints,
  taints,
  terminationGracePeriod,
} from "./fields.ts";
import { labelMapRules, requirements } from "./requirement.ts";

type Ref = NodePool["spec"]["template"]["spec"]["nodeClassRef"];

const poolNodeClassRef = nodeClassRef([
  rule<Ref>({
    cel: "self.group == oldSelf.group",
    message: "nodeClassRef.group is immutable",
    transition: true,
    check: (self, old) => self.group === old.group,
  }),
  rule<Ref>({
    cel: "self.kind == oldSelf.kind",
    message: "nodeClassRef.kind is immutable",
    transition: true,
    check: (self, old) => self.kind === old.kind,
  }),
]);

const templateMetadata = obj("Labels and annotations for the NodeClaims and nodes of this pool.", {
  labels: map(
    "Labels. In scheduling each counts as a requirement with this one value.",
    {
      type: "string",
      maxLength: 63,
      pattern: labelValuePattern,
    },
    { maxProperties: 100, "x-kubernetes-map-type": "atomic", rules: labelMapRules("nodepool-label") },
  ),
  annotations: map("Annotations.", { type: "string" }),
});

const templateSpec = obj(
  "What the NodeClaims of this pool ask for.",
  {
    taints,
    startupTaints,
    requirements: requirements("nodepool-requirement"),
    nodeClassRef: poolNodeClassRef,
    expireAfter,
    terminationGracePeriod,
  },
  { required: ["nodeClassRef", "requirements"] },
);

type Budget = NonNullable<NonNullable<NodePool["spec"]["disruption"]>["budgets"]>[number];

const budget = obj(
  "One limit on how many nodes may be disrupted at once.",
  {
    nodes: str("Ceiling: a number of nodes, or a percentage of the pool's nodes, rounded up.", {
      default: "10%",
      pattern: "^((100|[0-9]{1,2})%|[0-9]+)$",
    }),
    reasons: list(
      "Reasons that the limit is for. Absent means all; an empty list means none.",
      { type: "string", enum: ["Underutilized", "Empty", "Drifted"] },
      { maxItems: 50, "x-kubernetes-list-type": "set" },
    ),
    schedule: str("When the limit starts to hold, as five cron fields or an @ macro, in UTC. Absent means always.", {
      pattern: "^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\\s(.+)\\s(.+)\\s(.+)\\s(.+))$",
    }),
    duration: str("How long the limit holds after each start, in hours and minutes.", {
      pattern: "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$",
    }),
  },
  { required: ["nodes"] },
);

const disruption = obj(
  "How nodes of this pool may be disrupted to save money or to follow changes.",
  {
    consolidateAfter: str(
      "How long a node must have been quiet, that is without a pod coming or going, before it may be consolidated. The word Never turns consolidation off.",
      { default: "0s", pattern: nillableDurationPattern },
    ),
    consolidationPolicy: str("Which nodes may be consolidated.", {
      default: "WhenEmptyOrUnderutilized",
      enum: ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"],
    }),
    budgets: list("Limits on disruption. The strictest one that is active counts.", budget, {
      default: [{ nodes: "10%" }],
      maxItems: 50,
      rules: [
        rule<readonly Budget[]>({
          cel: "self.all(x, has(x.schedule) == has(x.duration))",
          message: "'schedule' must be set with 'duration'",
          check: (self) => self.every((x) => (x.schedule === undefined) === (x.duration === undefined)),
        }),
      ],
    }),
  },
  { default: { consolidateAfter: "0s" } },
);

type Spec = NodePool["spec"];

const spec = obj(
  "What nodes this pool may have, and how many.",
  {
    template: obj(
      "Shape of the NodeClaims made from this pool.",
      { metadata: templateMetadata, spec: templateSpec },
      {
        required: ["spec"],
      },
    ),
    disruption,
    limits: resourceMap("Upper bound for what the pool may hold, by resource; `nodes` counts nodes."),
    weight: int32("Priority among pools; higher comes first, and absent counts as 0.", { minimum: 1, maximum: 100 }),
    replicas: int64(
      "Number of nodes of a static pool. Its presence, chosen at creation, makes the pool static. Alpha.",
      {
        minimum: 0,
      },
    ),
  },
  {
    required: ["template"],
    rules: [
      rule<Spec>({
        cel: "has(self.replicas) == has(oldSelf.replicas)",
        message:
          "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes",
        transition: true,
        check: (self, old) => (self.replicas === undefined) === (old.replicas === undefined),
      }),
      rule<Spec>({
        cel: "!has(self.replicas) || !has(self.limits) || self.limits.size() == 0 || (self.limits.size() == 1 && 'nodes' in self.limits)",
        message: "only 'limits.nodes' is supported on static NodePools",
        check: (self) => self.replicas === undefined || Object.keys(self.limits ?? {}).every((key) => key === "nodes"),
      }),
      rule<Spec>({
        cel: "!has(self.replicas) || !has(self.weight)",
        message: "'weight' is not supported on static NodePools",
        check: (self) => self.replicas === undefined || self.weight === undefined,
      }),
    ],
  },
);

const status = obj("What the pool holds now, and whether it can be used.", {
  resources: resourceMap("Capacity of the pool's nodes and NodeClaims that are not being deleted."),
  nodes: int64("Number of nodes.", { default: 0 }),
  nodeClassObservedGeneration: int64("Generation of the node class that was last seen."),
  conditions: keyedConditions,
});

export const nodePoolDefinition: KindDefinition = {
  type: nodePoolType,
  description: "NodePool says which nodes may be launched for pending pods, and how they may be disrupted.",
  categories: ["karpenter"],
  columns: [
    textColumn("NodeClass", ".spec.template.spec.nodeClassRef.name"),
    textColumn("Nodes", ".status.nodes"),
    readyColumn,
    ageColumn,
    integerColumn("Weight", ".spec.weight", wide),
    textColumn("CPU", ".status.resources.cpu", wide),
    textColumn("Memory", ".status.resources.memory", wide),
  ],
  scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.nodes" },
  spec,
  status,
  specRequired: true,
};
