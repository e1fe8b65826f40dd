/** CRD of CapacityBuffer (spec: api 3.2). */
import type { CapacityBuffer } from "../karpenter/capacity-buffer.ts";
import { capacityBufferType } from "../karpenter/resource-types.ts";
import { int32, int64, obj, rule, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, integerColumn, textColumn } from "./definition.ts";
import { keyedConditions, resourceMap } from "./fields.ts";

type Spec = NonNullable<CapacityBuffer["spec"]>;

const podTemplateRef = obj(
  "The PodTemplate of the same namespace that describes one chunk.",
  { name: str("Name of the PodTemplate.", { minLength: 1 }) },
  { required: ["name"] },
);

const spec = obj(
  "How much room to keep free, in chunks of one pod.",
  {
    provisioningStrategy: str("How the room is kept. Copied to the status.", {
      default: "buffer.x-k8s.io/active-capacity",
    }),
    podTemplateRef,
    scalableRef: obj(
      "The workload whose pods are one chunk each.",
      {
        apiGroup: str("API group of the workload: apps, or empty."),
        kind: str("Kind of the workload: Deployment, StatefulSet or ReplicaSet.", { minLength: 1 }),
        name: str("Name of the workload.", { minLength: 1 }),
      },
      { required: ["kind", "name"] },
    ),
    replicas: int32("Number of chunks.", { minimum: 0 }),
    percentage: int32("Number of chunks as a share of the workload's replicas, rounded up.", { minimum: 0 }),
    limits: resourceMap("Cap on the sum of the chunks' requests."),
  },
  {
    rules: [
      rule<Spec>({
        cel: "!has(self.podTemplateRef) || !has(self.scalableRef)",
        message: "'podTemplateRef' and 'scalableRef' exclude each other",
        check: (self) => self.podTemplateRef === undefined || self.scalableRef === undefined,
      }),
      rule<Spec>({
        cel: "!has(self.podTemplateRef) || has(self.replicas) || has(self.limits)",
        message: "'podTemplateRef' needs 'replicas' or 'limits'",
        check: (self) => self.podTemplateRef === undefined || self.replicas !== undefined || self.limits !== undefined,
      }),
    ],
  },
);

const status = obj("How much room is kept.", {
  podTemplateRef: obj("The PodTemplate that was resolved.", { name: str("Name of the PodTemplate.") }),
  podTemplateGeneration: int64("Generation of the PodTemplate that was resolved."),
  replicas: int32("Computed number of chunks."),
  provisioningStrategy: str("Copy of the strategy in the spec."),
  conditions: keyedConditions,
});

export const capacityBufferDefinition: KindDefinition = {
  type: capacityBufferType,
  description: "CapacityBuffer keeps room free on nodes for pods that do not exist yet.",
  shortNames: ["cb"],
  categories: ["autoscaling"],
  columns: [
    textColumn("Strategy", ".spec.provisioningStrategy"),
    textColumn("PodTemplate", ".status.podTemplateRef.name"),
    integerColumn("Replicas", ".status.replicas"),
    textColumn("ConditionsType", ".status.conditions[*].type"),
    textColumn("ConditionsStatus", ".status.conditions[*].status"),
    textColumn("ConditionsReason", ".status.conditions[*].reason"),
    ageColumn,
  ],
  spec,
  status,
  specRequired: false,
};
