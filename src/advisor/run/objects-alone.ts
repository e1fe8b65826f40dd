import type { KubeObject } from "../../api/index.ts";
import { allRules } from "../registry/all-rules.ts";

/** What objects decide by themselves; the rest needs manifests, logs or an account, and `karpenter lint`. */
export const objectRules = allRules.filter(
  ({ needs }) => needs.length > 0 && needs.every((input) => input === "objects"),
);

const nowhere = Object.freeze({ file: "cluster", line: 1, column: 1 });

/** Objects of a running cluster, which stand in no file, as input. */
export const ofCluster = (objects: readonly KubeObject[]) => ({
  objects: objects.map((object) => ({ object, position: nowhere, positionOf: () => nowhere })),
  problems: [],
});
