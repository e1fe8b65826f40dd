import type { Condition, KubeObject } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CallOptions } from "../client.ts";
import { mergeDiff, replacesList } from "./merge-diff.ts";
import { locked, mergePatch, type WriteTarget } from "./patches.ts";

type WithStatus = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

export interface StatusOptions extends CallOptions {
  /** Gives the transition time of conditions that change. */
  readonly clock: Clock;
  /** Core kinds (Node, Pod) have no `observedGeneration` in their conditions; true for all others. */
  readonly observedGeneration?: boolean;
  /** Always locks by version; otherwise only a patch that replaces a list does. */
  readonly lock?: boolean;
}

/**
 * Writes `status` by a merge patch on the status subresource, with the fields that differ from the object as read; none
 * differ, no call. A condition keeps its transition time while its status stays, and gets the object's generation.
 * Rejects with `Conflict` when the patch is locked and somebody wrote in between; resolves with undefined when the
 * object is gone.
 */
export function patchStatus<T extends WithStatus>(
  target: WriteTarget<T>,
  status: NonNullable<T["status"]>,
  options: StatusOptions,
): Promise<T | undefined> {
  const patch = mergeDiff(target.object.status ?? {}, normalise(target.object, status, options));
  if (patch === undefined) return Promise.resolve(target.object);
  const body = { status: patch };
  const lock = options.lock === true || replacesList(patch);
  const { signal } = options;
  return mergePatch(target, lock ? locked(body, target.object) : body, {
    ...(signal === undefined ? {} : { signal }),
    subresource: "status",
  });
}

function normalise(
  object: WithStatus,
  status: NonNullable<WithStatus["status"]>,
  options: StatusOptions,
): NonNullable<WithStatus["status"]> {
  const { conditions } = status;
  if (conditions === undefined) return status;
  const known = object.status?.conditions ?? [];
  return { ...status, conditions: conditions.map((condition) => settle(condition, known, object, options)) };
}

function settle(
  condition: Condition,
  known: readonly Condition[],
  object: KubeObject,
  { clock, observedGeneration = true }: StatusOptions,
): Condition {
  const before = known.find(({ type }) => type === condition.type);
  const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const unchanged = before?.status === condition.status ? before.lastTransitionTime : undefined;
  const generation = condition.observedGeneration ?? object.metadata.generation;
  return {
    ...condition,
    lastTransitionTime: unchanged ?? condition.lastTransitionTime ?? now,
    ...(observedGeneration && generation !== undefined ? { observedGeneration: generation } : {}),
  };
}
