/** Edits of the advisor as commands for an object that stands in no file: it is read from a cluster, and is written there. */
import { stringify } from "yaml";
import type { Change, Edit } from "../../../advisor/index.ts";
import type { KubeObject } from "../../../api/index.ts";

interface Operation {
  readonly op: "add" | "replace" | "remove" | "test";
  readonly path: string;
  readonly value?: unknown;
}

/** `kubectl patch` with a JSON patch (RFC 6902), and `kubectl create` of what is added; empty where the server takes neither. */
export function livePatch(object: KubeObject, { changes = [], added }: Edit): string {
  if (changes.some(({ path }) => isImmutable(object, path))) return "";
  const operations = changes.flatMap((change) => operationsOf(object, change));
  const patch = operations.length === 0 ? "" : patchCommand(object, operations);
  return added === undefined
    ? patch
    : `${patch}kubectl create -f - <<'EOF'\n${stringify(added, { lineWidth: 0 })}EOF\n`;
}

/** A Job's pods and a Pod are made anew or not at all. */
const isImmutable = ({ kind }: KubeObject, [first, second]: Path): boolean =>
  (kind === "Job" && first === "spec" && second === "template") || (kind === "Pod" && first === "spec");

function patchCommand({ apiVersion, kind, metadata }: KubeObject, operations: readonly Operation[]): string {
  const { namespace, name = "" } = metadata;
  const [version = "", group] = apiVersion.split("/").toReversed();
  // With its group, since kinds of two groups may share a name.
  const resource = group === undefined ? kind.toLowerCase() : `${kind}.${version}.${group}`.toLowerCase();
  const scope = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return `kubectl patch ${resource} ${name}${scope} --type json --patch ${quoted(JSON.stringify(operations))}\n`;
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function operationsOf(object: KubeObject, change: Change): readonly Operation[] {
  const { parent, left } = reach(object, change.path.slice(0, -1));
  const key = change.path.at(-1);
  const path = pointer(change.path);
  if (key === undefined) return [];
  const old = left.length === 0 ? valueAt(parent, key) : undefined;
  if (change.kind === "set" && old === undefined) return [addition(change, left)];
  if (old === undefined) return [];
  // Refused where somebody has changed it since.
  const guard: Operation = { op: "test", path, value: old };
  if (change.kind === "set") return [guard, { op: "replace", path, value: change.value }];
  const removal: readonly Operation[] = [guard, { op: "remove", path }];
  if (change.kind === "remove") return removal;
  return [...removal, { op: "add", path: pointer([...change.path.slice(0, -1), change.key]), value: old }];
}

type Path = Change["path"];

/** Parents that are missing are made with the value inside. */
function addition({ path, value }: Extract<Change, { readonly kind: "set" }>, left: Path): Operation {
  const at = path.length - left.length;
  const inner = path
    .slice(at)
    .toReversed()
    .reduce<unknown>((below, step) => (typeof step === "number" ? [below] : { [step]: below }), value);
  return { op: "add", path: pointer(path.slice(0, at)), value: inner };
}

/** The deepest value that exists on the way, and the steps that are left. */
function reach(object: unknown, path: Path): { readonly parent: unknown; readonly left: Path } {
  let parent = object;
  for (const [index, step] of path.entries()) {
    const next = valueAt(parent, step);
    if (next === undefined) return { parent, left: path.slice(index) };
    parent = next;
  }
  return { parent, left: [] };
}

const valueAt = (parent: unknown, step: string | number): unknown =>
  typeof parent === "object" && parent !== null
    ? (parent as Readonly<Record<string | number, unknown>>)[step]
    : undefined;

const pointer = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
