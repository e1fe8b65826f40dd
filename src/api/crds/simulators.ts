/** CRDs of the kinds that serve simulation and tests: KWOKNodeClass, DRAConfig, TestNodeClass (spec: api 3.3). */
import { draConfigType, kwokNodeClassType, testNodeClassType } from "../karpenter/resource-types.ts";
import { int32, list, map, obj, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, integerColumn, readyColumn, textColumn } from "./definition.ts";
import { durationPattern, keyedConditions, plainConditions } from "./fields.ts";

/** A KWOKNodeClass is always ready: nothing reconciles it, so the schema itself says so. */
const alwaysReady = [
  {
    type: "Ready",
    status: "True",
    lastTransitionTime: "2024-01-01T01:01:01Z",
    reason: "Ready",
    message: "",
  },
];

export const kwokNodeClassDefinition: KindDefinition = {
  type: kwokNodeClassType,
  description: "KWOKNodeClass configures nodes that have no machine.",
  shortNames: ["kwoknc", "kwokncs"],
  categories: ["karpenter"],
  spec: obj("How the nodes behave.", {
    nodeRegistrationDelay: str("Delay before the node is created.", { pattern: durationPattern }),
  }),
  status: obj("Readiness of the class.", { conditions: plainConditions }, { default: { conditions: alwaysReady } }),
  specRequired: false,
};

const dnsLabelPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const dnsSubdomainPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

const selectorRequirements = (description: string): ReturnType<typeof list> =>
  list(
    description,
    obj(
      "One test.",
      {
        key: str("Label key or field."),
        operator: str("How the value relates to the values."),
        values: list("Values.", { type: "string" }, { "x-kubernetes-list-type": "atomic" }),
      },
      { required: ["key", "operator"] },
    ),
    { "x-kubernetes-list-type": "atomic" },
  );

const nodeSelectorTerm = obj(
  "Tests that must all hold.",
  {
    matchExpressions: selectorRequirements("Tests of the node's labels."),
    matchFields: selectorRequirements("Tests of the node's fields."),
  },
  { "x-kubernetes-map-type": "atomic" },
);

const device = obj(
  "One device as a ResourceSlice lists it.",
  { name: str("Name of the device.", { minLength: 1, maxLength: 63, pattern: dnsLabelPattern }) },
  { required: ["name"], "x-kubernetes-preserve-unknown-fields": true },
);

const pool = obj(
  "Devices that nodes matching the selector offer.",
  {
    name: str("Name of the pool.", { minLength: 1, maxLength: 63, pattern: dnsLabelPattern }),
    nodeSelectorTerms: list("Which nodes. One term must match.", nodeSelectorTerm, { minItems: 1 }),
    resourceSlices: list(
      "The slices to publish for each node.",
      obj("One slice.", { devices: list("Devices of the slice.", device, { minItems: 1 }) }, { required: ["devices"] }),
      { minItems: 1 },
    ),
  },
  { required: ["name", "nodeSelectorTerms", "resourceSlices"] },
);

export const draConfigDefinition: KindDefinition = {
  type: draConfigType,
  description: "DRAConfig makes a test driver publish devices for nodes.",
  shortNames: ["draconfig", "draconfigs"],
  columns: [
    textColumn("Driver", ".spec.driver"),
    integerColumn("Nodes", ".status.nodeCount"),
    integerColumn("ResourceSlices", ".status.resourceSliceCount"),
    readyColumn,
    ageColumn,
  ],
  spec: obj(
    "What to publish.",
    {
      driver: str("Name of the driver.", { maxLength: 253, pattern: dnsSubdomainPattern }),
      pools: list("Pools of devices.", pool, { minItems: 1 }),
    },
    { required: ["driver", "pools"] },
  ),
  status: obj("What was published.", {
    conditions: keyedConditions,
    resourceSliceCount: int32("Number of slices."),
    nodeCount: int32("Number of nodes that match."),
  }),
  specRequired: true,
};

export const testNodeClassDefinition: KindDefinition = {
  type: testNodeClassType,
  description: "TestNodeClass is the node class of unit tests.",
  spec: map("Nothing of note.", { type: "string" }),
  status: obj("Readiness of the class.", { conditions: keyedConditions }),
  specRequired: false,
};
