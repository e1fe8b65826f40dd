/**
 * Writes src/local/schema/kubernetes-fields.generated.ts: the fields of the built-in kinds that the embedded API server
 * serves, one definition a line, read from the models of @kubernetes/client-node. No descriptions are taken over.
 *
 * Line: `Name field:type field!:type ...` with `!` for required. Types: string, int32, int64, double, boolean, date,
 * microdate, any, quantity, intOrString, `[type]` for lists, `{type}` for maps, or a definition's name.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { builtinRows } from "../../src/local/apiserver/builtin-resources.ts";

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const require = createRequire(import.meta.url);
const models = join(dirname(require.resolve("@kubernetes/client-node")), "gen", "models");
const target = fileURLToPath(new URL("../../src/local/schema/kubernetes-fields.generated.ts", import.meta.url));

const specialModels: Readonly<Record<string, string>> = { "v1/Event": "CoreV1Event" };

/** Members that hold quantities; the models know them as text. */
const quantities: Readonly<Record<string, readonly string[]>> = {
  V1ResourceRequirements: ["limits", "requests"],
  V1VolumeResourceRequirements: ["limits", "requests"],
  V1PodSpec: ["overhead"],
  V1NodeStatus: ["capacity", "allocatable"],
  V1PersistentVolumeSpec: ["capacity"],
  V1PersistentVolumeClaimStatus: ["capacity", "allocatedResources"],
  V1ContainerStatus: ["allocatedResources"],
  V1EmptyDirVolumeSource: ["sizeLimit"],
  V1ResourceFieldSelector: ["divisor"],
  V1ResourceQuotaSpec: ["hard"],
  V1ResourceQuotaStatus: ["hard", "used"],
  V1LimitRangeItem: ["_default", "default", "defaultRequest", "max", "maxLimitRequestRatio", "min"],
  V1Overhead: ["podFixed"],
  V1CSIStorageCapacity: ["capacity", "maximumVolumeSize"],
  V2MetricTarget: ["averageValue", "value"],
  V2MetricValueStatus: ["averageValue", "value"],
};

/** Members that are `metav1.MicroTime`. */
const microDates = new Set([
  "V1LeaseSpec.acquireTime",
  "V1LeaseSpec.renewTime",
  "CoreV1Event.eventTime",
  "CoreV1EventSeries.lastObservedTime",
]);

async function attributes(model: string): Promise<readonly Attribute[]> {
  const module: unknown = await import(join(models, `${model}.js`));
  const type = (module as Record<string, { attributeTypeMap?: readonly Attribute[] }>)[model];
  if (type?.attributeTypeMap === undefined) throw new Error(`no field map in model ${model}`);
  return type.attributeTypeMap;
}

function requiredFields(model: string): ReadonlySet<string> {
  const text = readFileSync(join(models, `${model}.d.ts`), "utf8");
  return new Set([...text.matchAll(/^\s{4}'([^']+)': /gm)].map((match) => match[1]!));
}

function typeText(attribute: Attribute, place: string, refs: Set<string>): string {
  const { type, format } = attribute;
  const list = /^Array<(.+)>$/.exec(type);
  if (list !== null) return `[${typeText({ ...attribute, type: list[1]! }, place, refs)}]`;
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type);
  if (map !== null) return `{${typeText({ ...attribute, type: map[1]! }, place, refs)}}`;
  const [model = "", field = ""] = place.split(".");
  if (quantities[model]?.includes(field)) return "quantity";
  if (type === "string" && format === "byte") return "string";
  if (type === "number") return format || "double";
  if (type === "Date") return microDates.has(place) ? "microdate" : "date";
  if (type === "IntOrString") return "intOrString";
  if (["string", "boolean", "any"].includes(type)) return type;
  if (type === "V1MicroTime") return "microdate";
  refs.add(type);
  return type;
}

function modelOf(apiVersion: string, kind: string): string {
  const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
  return specialModels[`${apiVersion}/${kind}`] ?? `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`;
}

async function main(): Promise<void> {
  const roots = builtinRows.map(
    ({ apiVersion, kind }) => [`${apiVersion}/${kind}`, modelOf(apiVersion, kind)] as const,
  );
  const extra = ["V1Eviction", "V1DeleteOptions", "V1Scale", "V1ListMeta", "V1Status", "V1ObjectMeta"];
  const queue = [...roots.map(([, model]) => model), ...extra];
  const lines = new Map<string, string>();
  for (let model = queue.shift(); model !== undefined; model = queue.shift()) {
    if (lines.has(model)) continue;
    const required = requiredFields(model);
    const refs = new Set<string>();
    const fields = (await attributes(model)).map((attribute) => {
      const text = typeText(attribute, `${model}.${attribute.baseName}`, refs);
      const name = (attribute as unknown as { name: string }).name;
      return `${attribute.baseName}${required.has(name) ? "!" : ""}:${text}`;
    });
    lines.set(model, [model, ...fields].join(" "));
    queue.push(...refs);
  }
  const body = [...lines.values()].toSorted().join("\n");
  const rootText = roots.map(([key, model]) => `${key} ${model}`).join("\n");
  writeFileSync(
    target,
    `// Made by tools/codegen/kubernetes-fields.ts from the models of @kubernetes/client-node. Do not edit.\n\n` +
      `export const kindModels = \`\n${rootText}\n\`;\n\nexport const fieldTable = \`\n${body}\n\`;\n`,
  );
}

await main();
