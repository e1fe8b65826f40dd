/**
 * Writes src/local/schema/kubernetes-fields.generated.ts: the fields of the built-in kinds that the embedded API server
 * serves, one definition a line. Names and types come from the models of @kubernetes/client-node, field numbers and the
 * way lists merge from the Go modules k8s.io/api and k8s.io/apimachinery (needs Go). No descriptions are taken over.
 *
 * Line: `Name field:type#number~mark~mark ...`, `field!` when required. Types: string, int32, int64, double, boolean, date,
 * microdate, any, bytes, quantity, intOrString, `[type]` for lists, `{type}` for maps, or a definition's name. Marks:
 * `p=KEY` patches merge by a key, `p` by value, `r` patches keep only retained keys, `k=KEY,...` list map, `s` set, `a`
 * atomic list, map or object, `z` left out when empty. A lone `*` marks a definition that is atomic wherever it
 * stands. `@Part#number` is an embedded message whose fields stand in the line `Name@Part`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { builtinRows } from "../../src/local/apiserver/builtin-resources.ts";
import { type ProtoField, ProtoMessages } from "./proto-messages.ts";

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
  const scalar = scalarText(type, format, microDates.has(place));
  if (scalar === undefined) refs.add(type);
  return scalar ?? type;
}

/** The table's word for a scalar type of the models; undefined for models. */
function scalarText(type: string, format: string, micro: boolean): string | undefined {
  switch (type) {
    case "number":
      return format || "double";
    case "Date":
      return micro ? "microdate" : "date";
    case "V1MicroTime":
      return "microdate";
    case "IntOrString":
      return "intOrString";
    case "string":
    case "boolean":
    case "any":
      return type;
    default:
      return undefined;
  }
}

function modelOf(apiVersion: string, kind: string): string {
  const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
  return specialModels[`${apiVersion}/${kind}`] ?? `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`;
}

const groupFolders: Readonly<Record<string, string>> = { "": "core" };

function protoName(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  if (group === "meta") return `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`;
  const folder = groupFolders[group!] ?? group!.split(".")[0]!;
  return `k8s.io.api.${folder}.${version}.${kind}`;
}

function marksOf(field: ProtoField, isList: boolean): string {
  const strategies = field.marks.get("patchStrategy") ?? [];
  const key = field.marks.get("patchMergeKey")?.[0];
  const marks = [
    ...(strategies.includes("merge") ? [key === undefined ? "p" : `p=${key}`] : []),
    ...(strategies.includes("retainKeys") ? ["r"] : []),
    ...applyMarks(field, isList),
    ...(field.omitsEmpty ? ["z"] : []),
  ];
  return marks.map((mark) => `~${mark}`).join("");
}

/** How server-side apply merges the member. */
function applyMarks({ marks }: ProtoField, isList: boolean): readonly string[] {
  const [list, map, struct] = ["listType", "mapType", "structType"].map((name) => marks.get(name)?.[0]);
  if (list === "map") return [`k=${marks.get("listMapKey")!.join(",")}`];
  if (list === "set") return ["s"];
  return (isList && list === "atomic") || map === "atomic" || struct === "atomic" ? ["a"] : [];
}

interface Root {
  readonly model: string;
  readonly proto: string;
}

/** Kinds that clients send to subresources and reviews. */
const extraKinds: readonly (readonly [apiVersion: string, kind: string, model: string])[] = [
  ["policy/v1", "Eviction", "V1Eviction"],
  ["v1", "Binding", "V1Binding"],
  ["autoscaling/v1", "Scale", "V1Scale"],
  ["meta/v1", "DeleteOptions", "V1DeleteOptions"],
  ["authentication.k8s.io/v1", "SelfSubjectReview", "V1SelfSubjectReview"],
  ["authorization.k8s.io/v1", "SelfSubjectAccessReview", "V1SelfSubjectAccessReview"],
  ["authorization.k8s.io/v1", "SelfSubjectRulesReview", "V1SelfSubjectRulesReview"],
  ["authorization.k8s.io/v1", "SubjectAccessReview", "V1SubjectAccessReview"],
];

const messages = new ProtoMessages();
const lines = new Map<string, string>();

/** Adds the line of a model and of everything it refers to. */
async function addModel({ model, proto }: Root): Promise<void> {
  if (lines.has(model)) return;
  lines.set(model, "");
  const required = requiredFields(model);
  const own = await attributes(model);
  const { fields: message, atomic } = messages.get(proto) ?? { fields: [], atomic: false };
  const parts = message.filter(
    (field) => !own.some(({ baseName }) => baseName === field.name) && messages.get(field.type),
  );
  const inherited = new Map(
    parts.flatMap((part) => messages.get(part.type)!.fields.map((field) => [field.name, field] as const)),
  );
  const direct = new Map(message.map((field) => [field.name, field]));
  const next: Root[] = [];
  const fields = own.map((attribute) => {
    const refs = new Set<string>();
    const type = typeText(attribute, `${model}.${attribute.baseName}`, refs);
    const field = direct.get(attribute.baseName);
    const meaning = field ?? inherited.get(attribute.baseName);
    for (const ref of refs) next.push({ model: ref, proto: meaning?.type ?? "" });
    const name = (attribute as unknown as { name: string }).name;
    const wire = meaning?.type === "bytes" ? type.replace("string", "bytes") : type;
    const number = field === undefined ? "" : `#${field.number}`;
    const marks = meaning === undefined ? "" : marksOf(meaning, type.startsWith("["));
    return `${attribute.baseName}${required.has(name) ? "!" : ""}:${wire}${number}${marks}`;
  });
  const embedded = parts.map((part) => `@${part.name}#${part.number}`);
  lines.set(model, [model, ...(atomic ? ["*"] : []), ...fields, ...embedded].join(" "));
  for (const part of parts) {
    const numbers = messages.get(part.type)!.fields.map((field) => `${field.name}#${field.number}`);
    lines.set(`${model}@${part.name}`, [`${model}@${part.name}`, ...numbers].join(" "));
  }
  for (const root of next) await addModel(root);
}

async function main(): Promise<void> {
  const roots = builtinRows.map(({ apiVersion, kind }) => [apiVersion, kind, modelOf(apiVersion, kind)] as const);
  for (const [apiVersion, kind, model] of [...roots, ...extraKinds]) {
    await addModel({ model, proto: protoName(apiVersion, kind) });
  }
  const kinds = [...roots, ...extraKinds].map(([apiVersion, kind, model]) => `${apiVersion}/${kind} ${model}`);
  writeFileSync(
    target,
    `// Made by tools/codegen/kubernetes-fields.ts. Do not edit.\n\n` +
      `export const kindModels = \`\n${kinds.join("\n")}\n\`;\n\nexport const fieldTable = \`\n${[...lines.values()].toSorted().join("\n")}\n\`;\n`,
  );
}

await main();
