import { describe, expect, test } from "vitest";
import type { CustomResourceDefinition, JsonSchema } from "../kubernetes/apps.ts";
import type { Manifest } from "../rules/rule-case.ts";
import { capacityBuffer, ec2NodeClass, kwokNodeClass, nodeClaim, nodePool, poolBudget } from "../rules/manifests.ts";
import { withDefaults } from "../validation/admission.ts";
import { customResourceDefinitions } from "./catalog.ts";

const crdOf = (kind: string): CustomResourceDefinition => {
  const crd = customResourceDefinitions.find((candidate) => candidate.spec.names.kind === kind);
  if (crd === undefined) throw new Error(`no CRD of kind ${kind}`);
  return crd;
};

const versionOf = (kind: string) => crdOf(kind).spec.versions[0];

const columns = (kind: string, priority: number): string[] =>
  (versionOf(kind)?.additionalPrinterColumns ?? [])
    .filter((column) => (column.priority ?? 0) === priority)
    .map((column) => column.name);

describe("presentation", () => {
  test.each([
    ["nodepools.karpenter.sh", "NodePool", [], ["karpenter"], "Cluster"],
    ["nodeclaims.karpenter.sh", "NodeClaim", [], ["karpenter"], "Cluster"],
    ["nodeoverlays.karpenter.sh", "NodeOverlay", ["overlays"], ["karpenter"], "Cluster"],
    ["capacitybuffers.autoscaling.x-k8s.io", "CapacityBuffer", ["cb"], ["autoscaling"], "Namespaced"],
    ["ec2nodeclasses.karpenter.k8s.aws", "EC2NodeClass", ["ec2nc", "ec2ncs"], ["karpenter"], "Cluster"],
    ["kwoknodeclasses.karpenter.kwok.sh", "KWOKNodeClass", ["kwoknc", "kwokncs"], ["karpenter"], "Cluster"],
    ["draconfigs.test.karpenter.sh", "DRAConfig", ["draconfig", "draconfigs"], [], "Cluster"],
    ["testnodeclasses.karpenter.test.sh", "TestNodeClass", [], [], "Cluster"],
  ])("%s", (name, kind, shortNames, categories, scope) => {
    const { metadata, spec } = crdOf(kind);
    expect([metadata.name, spec.names.shortNames ?? [], spec.names.categories ?? [], spec.scope]).toEqual([
      name,
      shortNames,
      categories,
      scope,
    ]);
    expect(versionOf(kind)?.subresources?.status).toEqual({});
  });

  test.each([
    ["NodePool", ["NodeClass", "Nodes", "Ready", "Age"], ["Weight", "CPU", "Memory"]],
    [
      "NodeClaim",
      ["Type", "Capacity", "Zone", "Node", "Ready", "Age"],
      ["ImageID", "ID", "NodePool", "NodeClass", "Drifted"],
    ],
    ["NodeOverlay", ["Ready", "Age"], ["Weight"]],
    [
      "CapacityBuffer",
      ["Strategy", "PodTemplate", "Replicas", "ConditionsType", "ConditionsStatus", "ConditionsReason", "Age"],
      [],
    ],
    ["EC2NodeClass", ["Ready", "Age"], ["Role"]],
    ["KWOKNodeClass", [], []],
    ["TestNodeClass", [], []],
    ["DRAConfig", ["Driver", "Nodes", "ResourceSlices", "Ready", "Age"], []],
  ])("columns of %s", (kind, always, wide) => {
    expect([columns(kind, 0), columns(kind, 1)]).toEqual([always, wide]);
  });

  test("a NodePool scales by spec.replicas and status.nodes, without a selector", () => {
    expect(versionOf("NodePool")?.subresources?.scale).toEqual({
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.nodes",
    });
  });

  test("a label column escapes the dots of its key", () => {
    const type = versionOf("NodeClaim")?.additionalPrinterColumns?.[0];
    expect(type?.jsonPath).toBe(".metadata.labels.node\\.kubernetes\\.io/instance-type");
  });
});

const nodes = (schema: JsonSchema, path: string): readonly (readonly [string, JsonSchema])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodes(child, `${path}.${name}`)),
  ...(schema.items ? nodes(schema.items, `${path}[]`) : []),
  ...(typeof schema.additionalProperties === "object" ? nodes(schema.additionalProperties, `${path}{}`) : []),
];

describe.each(customResourceDefinitions.map((crd) => [crd.spec.names.kind, crd] as const))("schema of %s", (_, crd) => {
  const all = nodes(crd.spec.versions[0]?.schema?.openAPIV3Schema ?? {}, "");

  test("is structural: every node has a type, or is an integer or text", () => {
    const untyped = all.filter(([, node]) => node.type === undefined && node["x-kubernetes-int-or-string"] !== true);
    expect(untyped.map(([path]) => path)).toEqual([]);
  });

  test("holds CEL texts and no functions", () => {
    expect(all.filter(([, node]) => "rules" in node).map(([path]) => path)).toEqual([]);
    expect(structuredClone(crd)).toEqual(crd);
  });
});

const specOf = (object: Manifest): unknown => withDefaults(object).spec;

describe("defaults", () => {
  test("of a NodePool: expiry, the disruption stanza and its budget", () => {
    expect(specOf(nodePool())).toMatchObject({
      template: { spec: { expireAfter: "720h" } },
      disruption: {
        consolidateAfter: "0s",
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        budgets: [{ nodes: "10%" }],
      },
    });
  });

  test("of a stanza that is written in part, and of a budget without nodes", () => {
    expect(specOf(poolBudget({ reasons: ["Empty"] }))).toMatchObject({
      disruption: { consolidateAfter: "0s", budgets: [{ reasons: ["Empty"], nodes: "10%" }] },
    });
    expect(specOf(nodePool({ disruption: { budgets: [] } }))).toMatchObject({ disruption: { budgets: [] } });
  });

  test("of an EC2NodeClass: the metadata service, whole or in part", () => {
    const block = {
      httpEndpoint: "enabled",
      httpProtocolIPv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "required",
    };
    expect(specOf(ec2NodeClass())).toMatchObject({ metadataOptions: block });
    expect(specOf(ec2NodeClass({ metadataOptions: { httpTokens: "optional" } }))).toMatchObject({
      metadataOptions: { ...block, httpTokens: "optional" },
    });
  });

  test("of a KWOKNodeClass: it is ready", () => {
    expect(withDefaults(kwokNodeClass({})).status).toMatchObject({ conditions: [{ type: "Ready", status: "True" }] });
  });

  test("of a CapacityBuffer: its strategy", () => {
    expect(specOf(capacityBuffer({}))).toEqual({ provisioningStrategy: "buffer.x-k8s.io/active-capacity" });
  });

  test("take the place of nulls, and nulls without a default go", () => {
    expect(specOf(nodeClaim({ expireAfter: null, terminationGracePeriod: null }))).toEqual({
      requirements: [],
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      expireAfter: "720h",
    });
  });

  test("give the same object back when nothing is missing, and never change what was given", () => {
    const given = nodePool();
    const text = JSON.stringify(given);
    const full = withDefaults(given);
    expect(withDefaults(full)).toBe(full);
    expect(JSON.stringify(given)).toBe(text);
  });
});
