/** Field selectors: `metadata.name=a,spec.nodeName!=b`. Values escape `\`, `,` and `=` with a backslash. */
import type { ApiObject } from "./api-object.ts";
import type { SelectorResult } from "./label-selector.ts";

/** Text of one selectable field of an object. */
export type FieldReader = (object: ApiObject) => string;

export interface FieldSelector {
  matches(object: ApiObject): boolean;
  /** Value that the field must equal, where the selector asks for exactly one. */
  exact(field: string): string | undefined;
}

interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

function splitUnescaped(text: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === "\\") {
      part += character + (text[index + 1] ?? "");
      index += 1;
    } else if (character === ",") {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part].filter((term) => term !== "");
}

function parseTerm(text: string): FieldTerm | undefined {
  const match = /^([^=!\\]+)(!=|==|=)(.*)$/s.exec(text);
  if (match === null) return undefined;
  const value = match[3]!.replaceAll(/\\([\\,=])/g, "$1");
  return { field: match[1]!.trim(), value, equal: match[2] !== "!=" };
}

/** Parses a selector over the given readers; an unknown field is refused in the server's words. */
export function parseFieldSelector(
  text: string | undefined,
  readers: Readonly<Record<string, FieldReader>>,
): SelectorResult<FieldSelector> {
  const parsed: (FieldTerm & { readonly read: FieldReader })[] = [];
  for (const part of splitUnescaped(text ?? "")) {
    const term = parseTerm(part);
    if (term === undefined) {
      return { ok: false, message: `invalid selector: '${text}'; can't understand '${part}'` };
    }
    const read = Object.hasOwn(readers, term.field) ? readers[term.field] : undefined;
    if (read === undefined) return { ok: false, message: `field label not supported: ${term.field}` };
    parsed.push({ ...term, read });
  }
  return {
    ok: true,
    value: {
      matches: (object) => parsed.every(({ read, value, equal }) => (read(object) === value) === equal),
      exact: (field) => parsed.find((term) => term.field === field && term.equal)?.value,
    },
  };
}
