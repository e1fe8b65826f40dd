import { awsLabels, labels, normaliseLabelKey } from "../../api/index.ts";
import type { Pool } from "./pools.ts";

const sizeKeys: ReadonlySet<string> = new Set([
  labels.instanceType,
  awsLabels.instanceSize,
  awsLabels.instanceCpu,
  awsLabels.instanceMemory,
]);

/** Whether the user has said anything about sizes; a floor alone says nothing of how large. */
export const isBoundedInSize = ({ written, labels: own }: Pool): boolean =>
  written.some(
    ({ key, operator }) => sizeKeys.has(normaliseLabelKey(key)) && !["Gt", "Gte", "Exists"].includes(operator),
  ) || Object.keys(own).some((key) => sizeKeys.has(key));
