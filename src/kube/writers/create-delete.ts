import type { KubeObject, ResourceType } from "../../api/index.ts";
import type { CallOptions, DeleteOptions, KubeClient, ObjectName } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { nameOf } from "./patches.ts";

/** An object of a known name: made now, or found as another run (or the same one before a crash) left it. */
export interface CreateOutcome<T extends KubeObject> {
  readonly created: boolean;
  readonly object: T;
}

/** Creates an object whose name is known beforehand; one that exists is read, to be compared by the caller. */
export async function createOrRead<T extends KubeObject>(
  client: KubeClient,
  { type, object }: { readonly type: ResourceType<T>; readonly object: T },
  options: CallOptions = {},
): Promise<CreateOutcome<T>> {
  try {
    return { created: true, object: await client.create(type, object, options) };
  } catch (error) {
    if (!isKubeFault(error, "AlreadyExists")) throw error;
    return { created: false, object: await client.get(type, nameOf(object), options) };
  }
}

/**
 * `deleting`: accepted, with the object as it stands where finalizers or a grace period hold it; `gone`: there was none;
 * `replaced`: a precondition did not hold, so the object is not the one that was meant.
 */
export type DeleteOutcome<T extends KubeObject> =
  | { readonly kind: "deleting"; readonly object: T | undefined }
  | { readonly kind: "gone" }
  | { readonly kind: "replaced" };

/** Deletes the very object that was read (by UID, and by version where asked): absence is success. */
export async function deleteIfPresent<T extends KubeObject>(
  client: KubeClient,
  { type, name }: { readonly type: ResourceType<T>; readonly name: ObjectName },
  options: DeleteOptions = {},
): Promise<DeleteOutcome<T>> {
  try {
    return { kind: "deleting", object: await client.delete(type, name, options) };
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return { kind: "gone" };
    if (isKubeFault(error, "Conflict")) return { kind: "replaced" };
    throw error;
  }
}
