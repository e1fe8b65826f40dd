/** Reads the `generated.proto` files of k8s.io/api and k8s.io/apimachinery: field numbers, and how lists merge. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** Full name of the message, or the scalar's name; for maps that of the value. */
  readonly type: string;
  readonly marks: ReadonlyMap<string, readonly string[]>;
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
      const file = join(root, ...packageName.slice(prefix.length).split("."), "generated.proto");
      if (existsSync(file)) this.#parse(packageName, readFileSync(file, "utf8"));
    }
  }

  #parse(packageName: string, text: string): void {
    let message: string | undefined;
    let fields: ProtoField[] = [];
    let atomic = false;
    let marks = new Map<string, string[]>();
    for (const line of text.split("\n")) {
      const start = /^message (\S+) \{/.exec(line);
      if (start !== null) {
        message = `${packageName}.${start[1]}`;
        fields = [];
        atomic = marks.get("structType")?.[0] === "atomic";
        marks = new Map();
      }
      if (message !== undefined && line.startsWith("}")) this.#messages.set(message, { fields, atomic });
      const mark = /^\s*\/\/ ?\+(\w+)=(\S+)/.exec(line);
      if (mark !== null) marks.set(mark[1]!, [...(marks.get(mark[1]!) ?? []), ...mark[2]!.split(",")]);
      const field = fieldLine.exec(line);
      if (field === null) continue;
      const [, type, name, number, mapType, mapName, mapNumber] = field;
      fields.push({
        name: (name ?? mapName)!,
        number: Number(number ?? mapNumber),
        type: qualified((type ?? mapType)!, packageName),
        marks,
      });
      marks = new Map();
    }
  }
}

function qualified(type: string, packageName: string): string {
  if (!/^\.?[A-Z]|\./.test(type)) return type;
  const bare = type.replace(/^\./, "");
  return bare.includes(".") ? bare : `${packageName}.${bare}`;
}
