import { parseDocument } from "yaml";
import { failed, ok, type Result } from "../core/index.ts";

/** The value of an option that holds a YAML or JSON document; why there is none in one text. */
export function readOptionDocument(text: string): Result<unknown, readonly string[]> {
  const document = parseDocument(text, { logLevel: "error" });
  const [problem] = document.errors;
  if (problem !== undefined) return failed([`is no YAML: ${problem.message}`]);
  try {
    const value: unknown = document.toJS();
    // What holds itself is no document.
    JSON.stringify(value);
    return ok(value);
  } catch (error) {
    // An alias without its anchor, one inside of it, or aliases of aliases that would fill the memory.
    return failed([`is no YAML: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
