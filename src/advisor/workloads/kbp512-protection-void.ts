import { annotations, eraAnnotations, podDisruptionGuard } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Workload } from "../facts/workloads.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import { type Edit, proposedEdit, removeValue, safeEdit, setValue } from "../model/edit.ts";
import type { ValuePath } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

const keys: readonly string[] = [eraAnnotations.doNotEvict, annotations.doNotDisrupt];

export const protectionVoid: Rule = {
  id: "KBP512",
  name: "protection-void",
  severity: "warning",
  requirements: ["R75"],
  needs: ["objects"],
  document: {
    what: "do-not-evict or do-not-disrupt has a value that means nothing, stands on the controller object instead of the pod template, on a DaemonSet, or is the old key where there are only NodePools.",
    why: "The pods are not protected, and whoever wrote it believes that they are.",
    fix: 'Put it on the pod template, with the value "true".',
  },
  check: (facts) => overEach(facts.workloads, (workload) => judge(facts, workload)),
};

function judge(facts: Facts, workload: Workload): readonly Problem[] {
  return keys.flatMap((key) => {
    const outside: unknown = workload.kind === "Pod" ? undefined : workload.entry.object.metadata.annotations?.[key];
    const misplaced = outside === undefined || key in workload.annotations ? [] : [misplacedAt(workload, key, outside)];
    const value: unknown = workload.annotations[key];
    const why = value === undefined ? undefined : whyVoid(facts, workload, key, value);
    if (why === undefined) return misplaced;
    const path = [...workload.metadataPath, "annotations", key];
    const edit = editOf(workload, path, value);
    return [...misplaced, { ...voidAt(workload, path, why), ...(edit === undefined ? {} : { edit }) }];
  });
}

function whyVoid({ pools }: Facts, { kind }: Workload, key: string, value: unknown): string | undefined {
  if (kind === "DaemonSet") return "pods of a DaemonSet never keep a node";
  if (typeof value !== "string") return `its value is the ${typeof value} ${String(value)}; expected the text "true"`;
  if (key === annotations.doNotDisrupt)
    return podDisruptionGuard(value).kind === "invalid" && value !== "false"
      ? `its value is "${value}"; expected "true" or a duration`
      : undefined;
  if (value !== "true" && value !== "false") return `its value is "${value}"; expected "true"`;
  const todays = pools.length > 0 && pools.every(({ era }) => era === "v1");
  return todays && value === "true" ? `NodePools read ${annotations.doNotDisrupt}` : undefined;
}

/** The text was meant; on a daemon it means nothing. The old key is somebody's to change: a drain treats the new one otherwise. */
function editOf({ entry, kind }: Workload, path: ValuePath, value: unknown): Edit | undefined {
  if (kind === "DaemonSet") return safeEdit(entry, removeValue(path));
  if (value === true) return safeEdit(entry, setValue(path, "true"));
  return value === "true" && path.at(-1) === eraAnnotations.doNotEvict
    ? proposedEdit(entry, { kind: "rename", path, key: annotations.doNotDisrupt })
    : undefined;
}

function misplacedAt(workload: Workload, key: string, value: unknown): Problem {
  const path = ["metadata", "annotations", key];
  return {
    ...voidAt(workload, path, "it stands on the object, not on its pod template"),
    edit: proposedEdit(
      workload.entry,
      removeValue(path),
      setValue([...workload.metadataPath, "annotations", key], value === true ? "true" : value),
    ),
  };
}

const voidAt = (workload: Workload, path: readonly (string | number)[], why: string): Problem =>
  workloadProblem(workload, path, {
    message: `Annotation on ${titleOf(workload)} has no effect: ${why}`,
    evidence: why,
  });
