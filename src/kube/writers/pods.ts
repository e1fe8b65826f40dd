import { type Binding, type Eviction, type Pod, podType } from "../../api/index.ts";
import type { CallOptions, KubeClient } from "../client.ts";
import { isKubeFault, type KubeFault } from "../fault.ts";
import { nameOf } from "./patches.ts";

/** What the API server said to an eviction (spec: operations 7.4 "Writers"). */
export type EvictOutcome =
  | { readonly kind: "evicted" }
  | { readonly kind: "blocked-by-budget"; readonly message: string; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: "gone" }
  | { readonly kind: "multiple-budgets"; readonly message: string };

/**
 * Evicts the very pod that was read. A 429 that no budget caused (an overloaded server) and any other fault rejects, to
 * be retried with backoff.
 */
export async function evict(
  client: KubeClient,
  pod: Pod,
  options: CallOptions & { readonly gracePeriodSeconds?: number } = {},
): Promise<EvictOutcome> {
  const { gracePeriodSeconds, ...call } = options;
  const { uid } = pod.metadata;
  const eviction: Eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: nameOf(pod),
    deleteOptions: {
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    },
  };
  try {
    await client.createSubresource(podType, nameOf(pod), "eviction", eviction, call);
    return { kind: "evicted" };
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): EvictOutcome {
  if (isKubeFault(error, "NotFound") || isKubeFault(error, "Conflict")) return { kind: "gone" };
  if (isKubeFault(error, "TooManyRequests") && causedByBudget(error)) {
    return { kind: "blocked-by-budget", message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (isKubeFault(error, "InternalError") && /more than one PodDisruptionBudget/i.test(error.message)) {
    return { kind: "multiple-budgets", message: error.message };
  }
  throw error;
}

const causedByBudget = (fault: KubeFault): boolean =>
  fault.status?.details?.causes?.some(({ reason }) => reason === "DisruptionBudget") === true ||
  /disruption budget/i.test(fault.message);

/** `taken`: the pod has a node already, or is another pod of that name. */
export type BindOutcome = { readonly kind: "bound" } | { readonly kind: "gone" } | { readonly kind: "taken" };

/** Binds the very pod that was read to a node. */
export async function bind(
  client: KubeClient,
  pod: Pod,
  options: CallOptions & { readonly nodeName: string },
): Promise<BindOutcome> {
  const { nodeName, ...call } = options;
  const { uid } = pod.metadata;
  const binding: Binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { ...nameOf(pod), ...(uid === undefined ? {} : { uid }) },
    target: { apiVersion: "v1", kind: "Node", name: nodeName },
  };
  try {
    await client.createSubresource(podType, nameOf(pod), "binding", binding, call);
    return { kind: "bound" };
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return { kind: "gone" };
    if (isKubeFault(error, "Conflict")) return { kind: "taken" };
    throw error;
  }
}
