/** Errors of the era's webhooks, in their shapes (spec: v1alpha5 1.4). */

export interface FieldError {
  /** Paths in the object, at least one. */
  readonly paths: readonly string[];
  /** Complete text, paths included. */
  readonly message: string;
}

const detailed = (message: string, detail?: string): string =>
  detail === undefined ? message : `${message}\n${detail}`;

export const invalidValue = (value: unknown, path: string, detail?: string): FieldError => ({
  paths: [path],
  message: detailed(`invalid value: ${String(value)}: ${path}`, detail),
});

export const invalidKey = (key: string, path: string, detail?: string): FieldError => ({
  paths: [path],
  message: detailed(`invalid key name ${JSON.stringify(key)}: ${path}`, detail),
});

export const missing = (...paths: readonly string[]): FieldError => ({
  paths,
  message: `missing field(s): ${paths.join(", ")}`,
});

export const gotBoth = (...paths: readonly string[]): FieldError => ({
  paths,
  message: `expected exactly one, got both: ${paths.join(", ")}`,
});

export const gotNeither = (...paths: readonly string[]): FieldError => ({
  paths,
  message: `expected exactly one, got neither: ${paths.join(", ")}`,
});

export const outOfRange = (value: number | string, bounds: readonly [string, string], path: string): FieldError => ({
  paths: [path],
  message: `expected ${bounds[0]} <= ${value} <= ${bounds[1]}: ${path}`,
});

export const generic = (text: string, path: string): FieldError => ({ paths: [path], message: `${text}: ${path}` });

/** The denial that lists every error, as the API server passes it on. */
export const denialText = (webhook: string, errors: readonly FieldError[]): string =>
  `admission webhook "${webhook}" denied the request: validation failed: ${errors.map(({ message }) => message).join("\n")}`;
