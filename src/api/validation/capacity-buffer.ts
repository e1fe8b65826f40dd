/** What a CapacityBuffer may refer to (spec: api 3.2). A wrong reference is reported with reason `ResolutionFailed`. */
import { conditionMessages } from "../conditions/condition-messages.ts";
import type { CapacityBuffer } from "../karpenter/capacity-buffer.ts";

/** Kinds of group `apps` whose pods can be one chunk each. */
export const scalableKinds: readonly string[] = Object.freeze(["Deployment", "StatefulSet", "ReplicaSet"]);

/** Why the reference cannot be resolved whatever the cluster holds, or undefined. */
export function bufferReferenceProblem(buffer: Pick<CapacityBuffer, "spec">): string | undefined {
  const { podTemplateRef, scalableRef } = buffer.spec ?? {};
  if (podTemplateRef !== undefined) return undefined;
  if (scalableRef === undefined) return conditionMessages.bufferWithoutReference;
  const { apiGroup = "", kind } = scalableRef;
  if (apiGroup !== "" && apiGroup !== "apps") {
    return `scalableRef.apiGroup "${apiGroup}" is not supported, expected "apps" or none`;
  }
  if (!scalableKinds.includes(kind)) {
    return `scalableRef.kind "${kind}" is not supported, expected one of ${scalableKinds.join(", ")}`;
  }
  return undefined;
}
