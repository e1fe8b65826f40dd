import type { WriteSettings } from "./api-core.ts";
import { badRequest } from "./faults.ts";
import type { ResourceDefinition } from "./resource.ts";

/** Unknown fields: refused when asked to be strict, else told as warnings; they are dropped in any case. */
export function reportUnknownFields(
  definition: ResourceDefinition,
  unknown: readonly string[],
  request: WriteSettings,
): void {
  if (unknown.length === 0 || request.fieldValidation === "Ignore") return;
  const lines = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (request.fieldValidation !== "Strict") {
    for (const line of lines) request.warn?.(line);
    return;
  }
  const { kind, version } = definition.type;
  const text = `strict decoding error: ${lines.join(", ")}`;
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${text}`);
}
