/** Tables (`meta.k8s.io/v1`): the rows and columns that kubectl prints. */
import type { ResourceDefinition } from "../apiserver/resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { clusterColumns } from "./cluster-columns.ts";
import { ageColumn, count, createdColumn, integer, nameColumn, type Column } from "./columns.ts";
import { customColumns } from "./custom-columns.ts";
import { podColumns } from "./pod-columns.ts";
import { metadataOnly, type RowContent } from "./row-content.ts";
import { storageColumns } from "./storage-columns.ts";
import { workloadColumns } from "./workload-columns.ts";

export interface Table {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1";
  readonly columnDefinitions: readonly unknown[];
  readonly rows: readonly unknown[];
}

const builtin: Readonly<Record<string, readonly Column[]>> = {
  Pod: podColumns,
  ...workloadColumns,
  ...clusterColumns,
  ...storageColumns,
};

function columnsOf(definition: ResourceDefinition): readonly Column[] {
  if (!definition.custom) return builtin[definition.type.kind] ?? [nameColumn, createdColumn];
  const { printerColumns = [] } = definition;
  return printerColumns.length === 0 ? [nameColumn, ageColumn] : [nameColumn, ...customColumns(printerColumns)];
}

/** Of the scale subresource, whatever it scales. */
export const scaleColumns: readonly Column[] = [
  nameColumn,
  count("Desired", (scale) => integer(scale, "spec.replicas")),
  count("Available", (scale) => integer(scale, "status.replicas")),
  ageColumn,
];

export const tableOf = (definition: ResourceDefinition, content: TableContent): Table =>
  tableWith(columnsOf(definition), content);

export interface TableContent {
  readonly items: readonly ApiObject[];
  readonly now: number;
  readonly include: RowContent;
}

export function tableWith(columns: readonly Column[], { items, now, include }: TableContent): Table {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    columnDefinitions: columns.map(({ cell: _cell, format = "", description = "", priority = 0, ...rest }) => ({
      ...rest,
      format,
      description,
      priority,
    })),
    rows: items.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...(include === "None" ? {} : { object: include === "Object" ? object : metadataOnly(object) }),
    })),
  };
}
