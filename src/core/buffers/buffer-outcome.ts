import {
  annotations,
  bufferFitsMessage,
  bufferRequiresCapacityMessage,
  capacityBufferReasons,
  conditionMessages,
  type Pod,
} from "../../api/index.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";

/** The condition `Provisioning` of a buffer after a pass (api 3.2). */
export interface BufferOutcome {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** `namespace/name` of the buffer that a virtual pod belongs to. */
export const bufferOf = ({ metadata }: Pick<Pod, "metadata">): string =>
  `${metadata.annotations?.[annotations.capacityBufferNamespace] ?? ""}/${metadata.annotations?.[annotations.capacityBufferName] ?? ""}`;

/** What a plan does for the `desired` chunks of a buffer that is `ready` or not. */
export function bufferOutcome(
  plan: Pick<ProvisioningPlan, "claims" | "unplaced">,
  buffer: { readonly key: string; readonly ready: boolean; readonly desired: number },
): BufferOutcome {
  const { key, ready, desired } = buffer;
  const { notReadyForProvisioning, bufferEmpty, requiresNewCapacity, fitsExistingCapacity } = capacityBufferReasons;
  const message = conditionMessages;
  if (!ready) return not(notReadyForProvisioning, message.bufferNotReadyForProvisioning);
  if (desired === 0) return not(bufferEmpty, message.bufferEmpty);
  const fresh = plan.claims.flatMap(({ pods }) => pods).filter((pod) => bufferOf(pod) === key).length;
  const failed = plan.unplaced.filter(({ pod }) => bufferOf(pod) === key).length;
  if (fresh + failed > 0) return not(requiresNewCapacity, bufferRequiresCapacityMessage({ fresh, desired, failed }));
  return { status: "True", reason: fitsExistingCapacity, message: bufferFitsMessage(desired) };
}

const not = (reason: string, text: string): BufferOutcome => ({ status: "False", reason, message: text });
