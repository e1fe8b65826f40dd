import type { ResourceType } from "../api/index.ts";
import type { Controller, ObjectKey, ReconcileResult } from "../kube/index.ts";

/** A reconciler without its loop, shaped like those of the controllers' room: the operator puts a queue around it. */
export interface ProviderReconciler {
  readonly name: string;
  readonly type?: ResourceType;
  readonly workers: { readonly min: number; readonly max: number };
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileResult | undefined>;
  watch(queue: Controller): void;
}
