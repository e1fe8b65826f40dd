/** How a CRD is put together from a kind's schema (spec: api 6). */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from "../kubernetes/apps.ts";
import { apiVersionOf } from "../kubernetes/resource-types.ts";
import type { ResourceType } from "../kubernetes/resource-types.ts";
import type { SchemaNode } from "../schema/node.ts";
import { obj, str, toJsonSchema } from "../schema/node.ts";

export type PrinterColumn = NonNullable<CustomResourceDefinitionVersion["additionalPrinterColumns"]>[number];

/** One kind: where it is served, how it is shown, what it looks like. */
export interface KindDefinition {
  readonly type: ResourceType;
  readonly description: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly columns?: readonly PrinterColumn[];
  readonly scale?: NonNullable<CustomResourceDefinitionVersion["subresources"]>["scale"];
  readonly spec: SchemaNode;
  readonly status: SchemaNode;
  /** Whether `spec` must be there at all. */
  readonly specRequired: boolean;
}

const column = (name: string, jsonPath: string, extra: Partial<PrinterColumn> = {}): PrinterColumn => ({
  name,
  type: "string",
  jsonPath,
  ...extra,
});

/** Shown with `-o wide` only. */
export const wide = { priority: 1 } as const;

export const textColumn = column;

export const integerColumn = (name: string, jsonPath: string, extra: Partial<PrinterColumn> = {}): PrinterColumn =>
  column(name, jsonPath, { type: "integer", ...extra });

export const labelColumn = (name: string, label: string, extra: Partial<PrinterColumn> = {}): PrinterColumn =>
  column(name, `.metadata.labels.${label.replaceAll(".", "\\.")}`, extra);

export const conditionColumn = (name: string, type: string, extra: Partial<PrinterColumn> = {}): PrinterColumn =>
  column(name, `.status.conditions[?(@.type=="${type}")].status`, extra);

export const readyColumn = conditionColumn("Ready", "Ready");

export const ageColumn: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** The schema of the whole object; defaults and admission checks walk it. */
export function objectSchema(definition: KindDefinition): SchemaNode {
  return obj(
    definition.description,
    {
      apiVersion: str("Version of this representation of the object."),
      kind: str("Kind of the object."),
      metadata: { type: "object" },
      spec: definition.spec,
      status: definition.status,
    },
    definition.specRequired ? { required: ["spec"] } : {},
  );
}

export function toCustomResourceDefinition(definition: KindDefinition): CustomResourceDefinition {
  const { type, shortNames, categories, columns, scale } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${type.plural}.${type.group}` },
    spec: {
      group: type.group,
      names: {
        ...(categories && { categories }),
        kind: type.kind,
        listKind: `${type.kind}List`,
        plural: type.plural,
        ...(shortNames && { shortNames }),
        singular: type.kind.toLowerCase(),
      },
      scope: type.namespaced ? "Namespaced" : "Cluster",
      versions: [
        {
          ...(columns && { additionalPrinterColumns: columns }),
          name: type.version,
          schema: { openAPIV3Schema: toJsonSchema(objectSchema(definition)) },
          served: true,
          storage: true,
          subresources: { ...(scale && { scale }), status: {} },
        },
      ],
    },
  };
}

/** `karpenter.sh/v1 NodePool`, the key under which a definition is found. */
export const kindKey = (object: { readonly apiVersion: string; readonly kind: string }): string =>
  `${object.apiVersion} ${object.kind}`;

export const definitionKey = ({ type }: KindDefinition): string =>
  kindKey({ apiVersion: apiVersionOf(type), kind: type.kind });
