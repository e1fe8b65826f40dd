/** JSON as CEL sees it: integers are BigInt, times and durations are what their format says. */
import { parse } from "@marcbachmann/cel-js";
import type { JsonSchema } from "../../api/index.ts";
import { isRecord, setOwn } from "../store/api-object.ts";

const durationText = /^-?(\d+(\.\d+)?(h|ms|us|µs|ns|m|s))+$/;

/** Names that are no CEL identifiers are written with these escapes (Kubernetes, CEL field names). */
const escapes: readonly (readonly [RegExp, string])[] = [
  [/__/g, "__underscores__"],
  [/\./g, "__dot__"],
  [/-/g, "__dash__"],
  [/\//g, "__slash__"],
];

const reserved = new Set([
  "true",
  "false",
  "null",
  "in",
  "as",
  "break",
  "const",
  "continue",
  "else",
  "for",
  "function",
  "if",
  "import",
  "let",
  "loop",
  "package",
  "namespace",
  "return",
  "var",
  "void",
  "while",
]);

function escapedName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return escapes.reduce((text, [pattern, replacement]) => text.replaceAll(pattern, replacement), name);
}

/** The library makes durations by its CEL function only. */
const makeDuration = parse("duration(text)");

function durationOf(text: string): unknown {
  return durationText.test(text) ? makeDuration({ text }) : text;
}

export function celValue(schema: JsonSchema | undefined, value: unknown): unknown {
  if (typeof value === "number") return schema?.type !== "number" && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === "string") return celText(schema, value);
  if (Array.isArray(value)) return value.map((item: unknown) => celValue(schema?.items, item));
  return isRecord(value) ? celObject(schema, value) : value;
}

function celText(schema: JsonSchema | undefined, value: string): unknown {
  if (schema?.format === "date-time" || schema?.format === "date") return new Date(value);
  return schema?.format === "duration" ? durationOf(value) : value;
}

function celObject(schema: JsonSchema | undefined, value: Readonly<Record<string, unknown>>): unknown {
  const result: Record<string, unknown> = {};
  const { properties, additionalProperties } = schema ?? {};
  const entry = isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined;
  for (const [name, member] of Object.entries(value)) {
    const known = properties !== undefined && Object.hasOwn(properties, name);
    setOwn(result, known ? escapedName(name) : name, celValue(known ? properties[name] : entry, member));
  }
  return result;
}
