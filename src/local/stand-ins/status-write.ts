import type { Condition, KubeObject, ResourceType } from "../../api/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import type { FreshView } from "./fresh-view.ts";
import { holdsJson } from "./json.ts";
import { nameOf } from "./ownership.ts";
import { timestampOf } from "./timestamps.ts";

/** Writes `status` by merge patch when it says anything new; what was written is shown by `view` at once. */
export async function patchStatus<T extends KubeObject>(
  target: { readonly kube: KubeClient; readonly type: ResourceType<T>; readonly view?: FreshView<T> },
  object: T & { readonly status?: unknown },
  change: { readonly status: Readonly<Record<string, unknown>>; readonly signal: AbortSignal },
): Promise<void> {
  if (holdsJson(object.status, change.status)) return;
  const { name, namespace } = nameOf(object);
  const written = await target.kube.patch(target.type, target.type.namespaced ? { name, namespace } : { name }, {
    type: "merge",
    subresource: "status",
    body: { status: change.status },
    signal: change.signal,
  });
  target.view?.wrote(written);
}

/** The conditions with one set; its transition time moves only when its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, "lastTransitionTime"> & { readonly now: number; readonly [extra: string]: unknown },
): readonly Condition[] {
  const { now, ...wanted } = condition;
  const current = conditions ?? [];
  const old = current.find((entry) => entry.type === wanted.type);
  const lastTransitionTime =
    old?.status === wanted.status && old.lastTransitionTime !== undefined ? old.lastTransitionTime : timestampOf(now);
  const next = { ...wanted, lastTransitionTime } as Condition;
  return old === undefined ? [...current, next] : current.map((entry) => (entry === old ? next : entry));
}

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((entry) => entry.type === type);
