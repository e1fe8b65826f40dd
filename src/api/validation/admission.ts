/** Defaults and admission rules of the product's own kinds, as the API server applies them (spec: api 0.2). */
import { schemaOf } from "../crds/catalog.ts";
import type { KubeObject } from "../kubernetes/meta.ts";
import type { ValidationCause } from "../schema/cause.ts";
import { applyDefaults } from "../schema/defaults.ts";
import { validateBySchema } from "../schema/validate.ts";

/** The object with the defaults of its CRD; kinds of others come back unchanged. */
export function withDefaults<T extends KubeObject>(object: T): T {
  const schema = schemaOf(object);
  return schema === undefined ? object : applyDefaults(schema, object);
}

/**
 * Why the API server refuses an object; empty when it is accepted. Defaults are applied first. With `stored`, the object
 * is judged as an update of it. Kinds of others are not judged.
 */
export function admissionCauses(object: KubeObject, stored?: KubeObject): readonly ValidationCause[] {
  const schema = schemaOf(object);
  if (schema === undefined) return [];
  return validateBySchema(schema, withDefaults(object), stored === undefined ? undefined : withDefaults(stored));
}
