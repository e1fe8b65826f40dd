/** Orders of machine types: the selector's shorthands, or a path into all that is known (spec: operations 6.2). */
import { InvalidArgumentError } from "commander";
import type { TypeEntry, TypeRow } from "./type-row.ts";

export interface TypeOrder {
  /** A shorthand, or a path that begins with a dot. */
  readonly key: string;
  readonly descending: boolean;
}

/** Shorthands of the selector, and the columns that they are. */
const sortColumns: Readonly<Record<string, keyof TypeRow>> = {
  name: "name",
  vcpus: "vcpus",
  memory: "memoryGib",
  gpus: "gpus",
  "gpu-memory-total": "gpuMemoryGib",
  "network-interfaces": "networkInterfaces",
  "network-performance": "networkGbps",
  "inference-accelerators": "accelerators",
  "instance-storage": "localStorageGb",
  "ebs-optimized-baseline-bandwidth": "ebsBaselineMbps",
  "ebs-optimized-baseline-throughput": "ebsBaselineMegabytes",
  "ebs-optimized-baseline-iops": "ebsBaselineIops",
  "on-demand-price": "onDemandPrice",
  "spot-price": "spotPrice",
};

export const sortKeys: readonly string[] = Object.keys(sortColumns);

/** `vcpus`, or `.ec2.clockMhz`. */
export function sortKeyValue(text: string): string {
  if (isSortKey(text)) return text;
  throw new InvalidArgumentError(
    `"${text}" is no order; expected ${sortKeys.join(", ")}, or a path such as .ec2.clockMhz`,
  );
}

export const isSortKey = (text: string): boolean =>
  sortColumns[text] !== undefined || /^(\.[A-Za-z]\w*|\[\d+\])+$/.test(text);

/** All that is known of a type: the columns, and what EC2 states under `ec2`. */
export const detailsOf = ({ row, facts, selector }: TypeEntry) => ({ ...row, ec2: { ...facts, ...selector } });

/** Whether the type has a figure or a word there. */
export const hasFigure = (entry: TypeEntry, key: string): boolean => valueOf(entry, key) !== undefined;

type SortValue = string | number | boolean | undefined;

/** What a path does not lead to, and figures that nobody knows, come last either way; equal ones by name. */
export function inOrder(entries: readonly TypeEntry[], { key, descending }: TypeOrder): readonly TypeEntry[] {
  const sign = descending ? -1 : 1;
  return entries
    .map((entry) => ({ entry, value: valueOf(entry, key) }))
    .toSorted(
      ({ entry: a, value: left }, { entry: b, value: right }) =>
        Number(left === undefined) - Number(right === undefined) ||
        sign * compared(left, right) ||
        compared(a.row.name, b.row.name),
    )
    .map(({ entry }) => entry);
}

function compared(a: SortValue, b: SortValue): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}

function valueOf(entry: TypeEntry, key: string): SortValue {
  const column = sortColumns[key];
  const value = column === undefined ? atPath(detailsOf(entry), key) : entry.row[column];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function atPath(value: unknown, path: string): unknown {
  let found = value;
  for (const [, name, index] of path.matchAll(/\.([A-Za-z]\w*)|\[(\d+)\]/g))
    found = isRecord(found) ? found[name ?? index ?? ""] : undefined;
  return found;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
