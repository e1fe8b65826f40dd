import { stringify } from "yaml";

/** One value for a program: JSON on a single line (product 4.2), or the same as YAML. */
export function dataText(value: unknown, form: "json" | "yaml"): string {
  return form === "json" ? `${JSON.stringify(value)}\n` : stringify(value, { aliasDuplicateObjects: false });
}

/** Whether a form is for programs. */
export const isDataForm = (form: string): form is "json" | "yaml" => form === "json" || form === "yaml";
