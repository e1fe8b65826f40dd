/** CRD of NodeClaim (spec: api 2). */
import { nodeClaimType } from "../karpenter/resource-types.ts";
import { labels } from "../labels/names.ts";
import { obj, rule, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, conditionColumn, labelColumn, readyColumn, textColumn, wide } from "./definition.ts";
import {
  expireAfter,
  nodeClassRef,
  relaxedConditions,
  resourceMap,
  startupTaints,
  taints,
  terminationGracePeriod,
} from "./fields.ts";
import { requirements } from "./requirement.ts";

/** Equality of JSON values as CEL has it: members in any order, elements in order. */
function isEqualJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return (
    left.length === right.size && left.every(([key, value]) => right.has(key) && isEqualJson(value, right.get(key)))
  );
}

const spec = obj(
  "One node that is wanted. Nothing of it can be changed after creation.",
  {
    requirements: requirements("nodeclaim-requirement"),
    nodeClassRef: nodeClassRef(),
    resources: obj("What the node must offer.", {
      requests: resourceMap("Sum of the requests that are planned for the node, daemons included."),
    }),
    taints,
    startupTaints,
    terminationGracePeriod,
    expireAfter,
  },
  {
    required: ["nodeClassRef", "requirements"],
    rules: [
      rule({
        cel: "self == oldSelf",
        message: "spec is immutable",
        transition: true,
        check: isEqualJson,
      }),
    ],
  },
);

const status = obj("What became of the claim.", {
  providerID: str("The provider's id of the machine."),
  imageID: str("Id of the image that the machine was launched from."),
  capacity: resourceMap("Estimated capacity of the node."),
  allocatable: resourceMap("Estimated allocatable resources of the node."),
  nodeName: str("Name of the Node object."),
  lastPodEventTime: str("When a pod last came to the node, or ended there.", { format: "date-time" }),
  conditions: relaxedConditions,
});

export const nodeClaimDefinition: KindDefinition = {
  type: nodeClaimType,
  description: "NodeClaim is one node from the wish for it to the end of its machine.",
  categories: ["karpenter"],
  columns: [
    labelColumn("Type", labels.instanceType),
    labelColumn("Capacity", labels.capacityType),
    labelColumn("Zone", labels.zone),
    textColumn("Node", ".status.nodeName"),
    readyColumn,
    ageColumn,
    textColumn("ImageID", ".status.imageID", wide),
    textColumn("ID", ".status.providerID", wide),
    labelColumn("NodePool", labels.nodePool, wide),
    textColumn("NodeClass", ".spec.nodeClassRef.name", wide),
    conditionColumn("Drifted", "Drifted", wide),
  ],
  spec,
  status,
  specRequired: true,
};
