import { expect, test } from "vitest";
import type { CapacityBuffer } from "../karpenter/capacity-buffer.ts";
import { bufferReferenceProblem } from "./capacity-buffer.ts";

test.each<[string, CapacityBuffer["spec"], string | undefined]>([
  ["a PodTemplate", { podTemplateRef: { name: "a" } }, undefined],
  ["a Deployment of apps", { scalableRef: { apiGroup: "apps", kind: "Deployment", name: "a" } }, undefined],
  ["a StatefulSet without group", { scalableRef: { kind: "StatefulSet", name: "a" } }, undefined],
  ["nothing", {}, "Neither podTemplateRef nor scalableRef is set"],
  ["no spec at all", undefined, "Neither podTemplateRef nor scalableRef is set"],
  ["another group", { scalableRef: { apiGroup: "batch", kind: "Job", name: "a" } }, 'apiGroup "batch"'],
  ["another kind", { scalableRef: { apiGroup: "apps", kind: "DaemonSet", name: "a" } }, 'kind "DaemonSet"'],
])("a reference to %s", (_, spec, problem) => {
  const found = bufferReferenceProblem(spec === undefined ? {} : { spec });
  expect(found).toEqual(problem === undefined ? undefined : expect.stringContaining(problem));
});
