/** Reads the `generated.proto` files of k8s.io/api and k8s.io/apimachinery: field numbers, and how lists merge. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** Full name of the message, or the scalar's name; for maps that of the value. */
  readonly type: string;
  readonly marks: ReadonlyMap<string, readonly string[]>;
  /** Go leaves the member out of JSON when it is empty: not a pointer, and marked `omitempty`. */
  readonly omitsEmpty: boolean;
}

export interface ProtoMessage {
  readonly fields: readonly ProtoField[];
  /** Server-side apply takes it as a whole. */
  readonly atomic: boolean;
}

const version = "v0.36.0";

function moduleFolder(module: string): string {
  const text = execFileSync("go", ["mod", "download", "-json", `${module}@${version}`], { encoding: "utf8", cwd: "/" });
  return (JSON.parse(text) as { Dir: string }).Dir;
}

const fieldLine =
  /^\s+(?:optional|repeated)\s+(\S+)\s+(\S+)\s*=\s*(\d+);|^\s+map<string,\s*(\S+)>\s+(\S+)\s*=\s*(\d+);/;

/** Loads packages on demand and finds messages by their full name. */
export class ProtoMessages {
  readonly #roots = {
    "k8s.io.api.": moduleFolder("k8s.io/api"),
    "k8s.io.apimachinery.": moduleFolder("k8s.io/apimachinery"),
  };
  readonly #messages = new Map<string, ProtoMessage>();
  readonly #loaded = new Set<string>();

  get(name: string): ProtoMessage | undefined {
    this.#load(name.slice(0, name.lastIndexOf(".")));
    return this.#messages.get(name);
  }

  #load(packageName: string): void {
    if (this.#loaded.has(packageName)) return;
    this.#loaded.add(packageName);
    for (const [prefix, root] of Object.entries(this.#roots)) {
      if (!packageName.startsWith(prefix)) continue;
      const folder = join(root, ...packageName.slice(prefix.length).split("."));
      const file = join(folder, "generated.proto");
      if (existsSync(file)) this.#parse(packageName, readFileSync(file, "utf8"), omittedMembers(folder));
    }
  }

  #parse(packageName: string, text: string, omitted: ReadonlySet<string>): void {
    let message = "";
    let fields: ProtoField[] = [];
    let atomic = false;
    let marks = new Map<string, string[]>();
    for (const line of text.split("\n")) {
      const start = /^message (\S+) \{/.exec(line);
      const field = fieldIn(line, packageName);
      if (start !== null) {
        message = start[1]!;
        fields = [];
        atomic = marks.get("structType")?.[0] === "atomic";
      } else if (field !== undefined) {
        fields.push({ ...field, marks, omitsEmpty: omitted.has(`${message}.${field.name}`) });
      } else {
        addMark(marks, line);
        if (line.startsWith("}")) this.#messages.set(`${packageName}.${message}`, { fields, atomic });
        continue;
      }
      marks = new Map();
    }
  }
}

function addMark(marks: Map<string, string[]>, line: string): void {
  const mark = /^\s*\/\/ ?\+(\w+)=(\S+)/.exec(line);
  if (mark !== null) marks.set(mark[1]!, [...(marks.get(mark[1]!) ?? []), ...mark[2]!.split(",")]);
}

function fieldIn(line: string, packageName: string): Pick<ProtoField, "name" | "number" | "type"> | undefined {
  const match = fieldLine.exec(line);
  if (match === null) return undefined;
  const [type, name, number] = match[1] === undefined ? match.slice(4) : match.slice(1);
  return name === undefined || type === undefined
    ? undefined
    : { name, number: Number(number), type: qualified(type, packageName) };
}

/** `Struct.member` for every member of the package's Go types that is left out when empty. */
function omittedMembers(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const files = readdirSync(folder).filter((name) => /^types.*\.go$/.test(name));
  for (const file of files) {
    let struct = "";
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      struct = /^type (\w+) struct/.exec(line)?.[1] ?? struct;
      const member = /^\s+\w+\s+(\S+)\s+`.*json:"([^",]+),[^"]*omitempty/.exec(line);
      if (member !== null && !member[1]!.startsWith("*")) found.add(`${struct}.${member[2]}`);
    }
  }
  return found;
}

function qualified(type: string, packageName: string): string {
  if (!/^\.?[A-Z]|\./.test(type)) return type;
  const bare = type.replace(/^\./, "");
  return bare.includes(".") ? bare : `${packageName}.${bare}`;
}
