/** Every field of every kind, from the schemas that the CRDs are made of. */
import { customResourceDefinitions, type JsonSchema } from "../../../src/api/index.ts";

interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Markdown of each kind; an empty description is an error, since nobody could use the field. */
export function kindPages(): readonly (readonly [name: string, markdown: string])[] {
  return customResourceDefinitions
    .filter(({ spec }) => !spec.group.includes("test"))
    .flatMap(({ spec }) =>
      spec.versions.map((version): readonly [string, string] => {
        const schema = version.schema?.openAPIV3Schema ?? {};
        const fields = Object.entries(schema.properties ?? {})
          .filter(([name]) => name === "spec" || name === "status")
          .flatMap(([name, property]) => fieldsOf(name, property, name === "spec"));
        const missing = fields.filter(({ schema: field }) => (field.description ?? "") === "");
        if (missing.length > 0)
          throw new Error(
            `${spec.names.kind} has fields without a description: ${missing.map(({ path }) => path).join(", ")}`,
          );
        const place = spec.scope === "Namespaced" ? "in a namespace" : "for the whole cluster";
        const head = `# ${spec.names.kind}\n\n\`${spec.group}/${version.name}\`, ${place}. ${schema.description ?? ""}`;
        return [
          `${spec.names.kind.toLowerCase()}-${version.name}`,
          `${head}\n\n| Field | Type | What it says |\n|---|---|---|\n${fields.map(row).join("\n")}\n`,
        ];
      }),
    );
}

function fieldsOf(path: string, schema: JsonSchema, required: boolean): readonly Field[] {
  const own: Field = { path, schema, required };
  const inner = schema.items ?? schema;
  const below = schema.items === undefined ? path : `${path}[]`;
  const wanted = new Set(inner.required ?? []);
  const properties = Object.entries(inner.properties ?? {}).flatMap(([name, property]) =>
    fieldsOf(`${below}.${name}`, property, wanted.has(name)),
  );
  return [own, ...properties];
}

function row({ path, schema, required }: Field): string {
  const rules = (schema["x-kubernetes-validations"] ?? [])
    .map(({ message }) => message)
    .filter((text) => text !== undefined);
  const parts = [
    schema.description ?? "",
    required ? "Required." : "",
    schema.default === undefined ? "" : `Default \`${JSON.stringify(schema.default)}\`.`,
    schema.enum === undefined ? "" : `One of ${schema.enum.map((value) => `\`${String(value)}\``).join(", ")}.`,
    schema.pattern === undefined ? "" : `Matches \`${schema.pattern}\`.`,
    rules.length === 0 ? "" : `Rules: ${rules.join("; ")}.`,
  ];
  return `| \`${path}\` | ${schema.type ?? "any"} | ${cell(parts.filter((part) => part !== "").join(" "))} |`;
}

/** Text as one cell of a table. */
export const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
