/** Schema pieces that several kinds share (spec: api 0.3, 0.4, 1.2). */
import { quantityPattern } from "../kubernetes/quantity-text.ts";
import type { SchemaNode } from "../schema/node.ts";
import { int64, list, map, obj, rule, str } from "../schema/node.ts";

export const durationPattern = "^([0-9]+(s|m|h))+$";
export const nillableDurationPattern = "^(([0-9]+(s|m|h))+|Never)$";
export const qualifiedNamePattern =
  "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";
export const labelValuePattern = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

const conditionReasonPattern = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";
const conditionTypePattern =
  "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$";

/** A quantity of `kubectl`'s syntax, or a bare integer. */
export const quantity: SchemaNode = {
  anyOf: [{ type: "integer" }, { type: "string" }],
  pattern: quantityPattern,
  "x-kubernetes-int-or-string": true,
};

export const resourceMap = (description: string, options: Partial<SchemaNode> = {}): SchemaNode =>
  map(description, quantity, options);

export const terminationGracePeriod = str(
  "Longest time that a deleted node may take to drain, counted from its deletion. Afterwards pods are removed in spite of disruption budgets and do-not-disrupt. Absent means no limit.",
  { pattern: durationPattern },
);

export const expireAfter = str(
  "Age at which a node is deleted, counted from the creation of its NodeClaim. The word Never turns expiry off.",
  { default: "720h", pattern: nillableDurationPattern },
);

const taint = obj(
  "A taint on the node.",
  {
    key: str("Key of the taint.", { minLength: 1, pattern: qualifiedNamePattern }),
    value: str("Value of the taint. Leave the field out for none.", { pattern: qualifiedNamePattern }),
    effect: str("What happens to pods that do not tolerate the taint.", {
      enum: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
    }),
    timeAdded: str("When the taint was added.", { format: "date-time" }),
  },
  { required: ["effect", "key"] },
);

export const taints = list("Taints of the node. Pods must tolerate them to be scheduled there.", taint, {
  "x-kubernetes-list-type": "atomic",
});

export const startupTaints = list(
  "Taints of the node that something in the cluster removes once the node is prepared. Pods need not tolerate them; the node counts as initialized when they are gone.",
  taint,
  { "x-kubernetes-list-type": "atomic" },
);

const notEmpty = (name: string): SchemaNode["rules"] => [
  rule<string>({ cel: "self != ''", message: `${name} may not be empty`, check: (self) => self !== "" }),
];

export const nodeClassRef = (rules?: SchemaNode["rules"]): SchemaNode =>
  obj(
    "The provider's configuration object for these nodes.",
    {
      group: str("API group of the node class.", { pattern: "^[^/]*$", rules: notEmpty("group") ?? [] }),
      kind: str("Kind of the node class.", { rules: notEmpty("kind") ?? [] }),
      name: str("Name of the node class.", { rules: notEmpty("name") ?? [] }),
    },
    { required: ["group", "kind", "name"], ...(rules && { rules }) },
  );

const observedGeneration = int64("Generation of the object for which the condition was written.", { minimum: 0 });
const status = str("Status of the condition.", { enum: ["True", "False", "Unknown"] });
const lastTransitionTime = str("When the status last changed.", { format: "date-time" });

const strictCondition = obj(
  "A condition of the object.",
  {
    type: str("Type of the condition.", { maxLength: 316, pattern: conditionTypePattern }),
    status,
    reason: str("Reason of the last transition, in one word.", {
      minLength: 1,
      maxLength: 1024,
      pattern: conditionReasonPattern,
    }),
    message: str("Details of the last transition, for people.", { maxLength: 32768 }),
    lastTransitionTime,
    observedGeneration,
  },
  { required: ["lastTransitionTime", "message", "reason", "status", "type"] },
);

/** Without `message`, and with an empty reason: NodeClaims of older versions must stay valid (sharp edge 56). */
const relaxedCondition = obj(
  "A condition of the object.",
  {
    type: str("Type of the condition.", { maxLength: 316, pattern: conditionTypePattern }),
    status,
    reason: str("Reason of the last transition, in one word.", {
      maxLength: 1024,
      pattern: "^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?|)$",
    }),
    message: str("Details of the last transition, for people.", { maxLength: 32768 }),
    lastTransitionTime,
    observedGeneration,
  },
  { required: ["lastTransitionTime", "status", "type"] },
);

const keyedByType = {
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["type"],
} as const;

export const keyedConditions = list("Conditions of the object.", strictCondition, keyedByType);
export const relaxedConditions = list("Conditions of the object.", relaxedCondition, keyedByType);
export const plainConditions = list("Conditions of the object.", strictCondition);
