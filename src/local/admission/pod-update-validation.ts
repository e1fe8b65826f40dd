import type { Container, Pod, PodSpec, Toleration } from "../../api/index.ts";
import { forbiddenField, type Cause } from "../apiserver/faults.ts";
import { equalJson, type ApiObject } from "../store/api-object.ts";
import { validatePodSpec } from "./pod-validation.ts";

const mutableText =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** Most of a pod's spec is fixed once it is made. Gates may go, and while they stand the placement may be narrowed. */
export function validatePodUpdate(next: ApiObject, old: ApiObject): readonly Cause[] {
  const [after, before] = [(next as unknown as Pod).spec, (old as unknown as Pod).spec];
  if (after === before || equalJson(after, before)) return [];
  const causes = validatePodSpec(after, "spec", { template: false });
  if (causes.length > 0) return causes;
  if (!onlyAddsTolerations(after.tolerations, before.tolerations)) {
    return [forbiddenField("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
  }
  return equalJson(fixedPart(after, before), fixedPart(before, before)) ? [] : [forbiddenField("spec", mutableText)];
}

function onlyAddsTolerations(next: readonly Toleration[] = [], old: readonly Toleration[] = []): boolean {
  const bare = ({ tolerationSeconds: _seconds, ...rest }: Toleration): unknown => rest;
  return old.every((toleration) => next.some((other) => equalJson(bare(other), bare(toleration))));
}

function fixedPart(spec: PodSpec, old: PodSpec): unknown {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...rest } = spec;
  const withoutImages = (containers: readonly Container[] | undefined): unknown =>
    containers?.map(({ image: _image, ...container }) => container);
  const gated = (old.schedulingGates ?? []).length > 0;
  const { schedulingGates, nodeSelector, affinity, ...fixed } = rest;
  const gates = (schedulingGates ?? []).filter(
    (gate) => !(old.schedulingGates ?? []).some((other) => equalJson(other, gate)),
  );
  return {
    ...fixed,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
    addedGates: gates,
    placement: gated ? undefined : { nodeSelector, affinity },
  };
}
