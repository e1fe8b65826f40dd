import {
  type Condition,
  type CustomResourceDefinition,
  type KubeObject,
  type ResourceType,
  resourceType,
} from "../../api/index.ts";

/** The custom kind of the suite. */
export interface Widget extends KubeObject {
  readonly spec?: {
    readonly size?: number;
    readonly colour?: string;
    readonly tags?: readonly string[];
    readonly shape?: { readonly sides?: number };
    readonly replicas?: number;
    readonly free?: unknown;
    readonly port?: number | string;
  };
  readonly status?: { readonly phase?: string; readonly replicas?: number; readonly conditions?: readonly Condition[] };
}

const group = "conformance.karpenter-ts.dev";

export const widgetType: ResourceType<Widget> = resourceType<Widget>(`${group}/v1`, "Widget", "widgets", "Namespaced");

const specSchema = {
  type: "object",
  required: ["size"],
  properties: {
    size: { type: "integer", minimum: 1, maximum: 10 },
    colour: { type: "string", enum: ["red", "green"], default: "green" },
    tags: { type: "array", maxItems: 3, items: { type: "string", maxLength: 8 } },
    shape: { type: "object", default: {}, properties: { sides: { type: "integer", default: 4 } } },
    replicas: { type: "integer", default: 1 },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    port: { "x-kubernetes-int-or-string": true },
  },
  "x-kubernetes-validations": [
    { rule: "self.colour != 'red' || self.size <= 5", message: "red widgets have a size of 5 at most" },
    { rule: "self.size >= oldSelf.size", message: "a widget never shrinks" },
  ],
};

const statusSchema = {
  type: "object",
  properties: {
    phase: { type: "string" },
    replicas: { type: "integer" },
    conditions: {
      type: "array",
      items: {
        type: "object",
        required: ["type", "status"],
        properties: {
          type: { type: "string" },
          status: { type: "string" },
          reason: { type: "string" },
          message: { type: "string" },
        },
      },
    },
  },
};

/** A definition as people write it; `plural` makes further kinds for cases that install their own. */
export function widgetDefinition(plural = "widgets", kind = "Widget"): CustomResourceDefinition {
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: specSchema, status: statusSchema } } },
          subresources: {
            status: {},
            scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
          },
        },
      ],
    },
  };
  return definition as unknown as CustomResourceDefinition;
}

export const otherType = (plural: string, kind: string): ResourceType<Widget> =>
  resourceType<Widget>(`${group}/v1`, kind, plural, "Namespaced");

export const widget = (
  { namespace }: { readonly namespace: string },
  name: string,
  spec: NonNullable<Widget["spec"]> = { size: 1 },
): Widget => ({ apiVersion: `${group}/v1`, kind: "Widget", metadata: { name, namespace }, spec });
