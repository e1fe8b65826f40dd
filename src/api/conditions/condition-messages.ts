/** Constant and templated condition messages (spec: api 0.6). A True that is not listed has an empty message. */
import type { Taint } from "../kubernetes/core.ts";
import { taintText } from "../labels/taints.ts";

export const conditionMessages = Object.freeze({
  nodeClassNotFound: "NodeClass not found on cluster",
  nodeClassTerminating: "NodeClass is Terminating",
  nodeClassReadinessUnknown: "Node Class Readiness Unknown",
  registrationFailed: "Failed to register node",
  nodeNotFound: "Node not registered with cluster",
  multipleNodesFound: "Invariant violated, matched multiple nodes",
  nodeNotReady: "Node status is NotReady",
  consistencyCheckFailed: "Consistency Check Failed",
  overlayConflict: "conflict with another overlay",
  bufferResolved: "Pod template resolved successfully",
  bufferWithoutReference: "Neither podTemplateRef nor scalableRef is set",
  bufferNotReadyForProvisioning: "Buffer is not ReadyForProvisioning",
  bufferEmpty: "Buffer has zero desired replicas",
});

export const registrationHookPendingMessage = (hooks: readonly string[]): string => hooks.join(", ");

export const startupTaintMessage = (taint: Taint): string => `StartupTaint "${taintText(taint)}" still exists`;

export const ephemeralTaintMessage = (taint: Taint): string => `KnownEphemeralTaint "${taintText(taint)}" still exists`;

export const resourceNotRegisteredMessage = (resource: string): string =>
  `Resource "${resource}" was requested but not registered`;

export const draDriverPoolsMessage = (driver: string): string =>
  `DRA driver "${driver}" has not published a complete resource pool`;

export const bufferRequiresCapacityMessage = (chunks: {
  readonly fresh: number;
  readonly desired: number;
  readonly failed: number;
}): string => `${chunks.fresh}/${chunks.desired} virtual pods required new capacity, ${chunks.failed} failed`;

export const bufferFitsMessage = (desired: number): string => `All ${desired} virtual pods fit on existing capacity`;
