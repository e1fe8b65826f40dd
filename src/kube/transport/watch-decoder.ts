import type { KubeObject, Status } from "../../api/index.ts";
import type { WatchEvent } from "../client.ts";
import { KubeFault } from "../fault.ts";
import { faultOfStatus } from "./status-fault.ts";

/** Lines of a byte stream, whatever the chunks are cut like; a last line needs no line feed. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    for (const part of parts.slice(0, -1)) {
      yield rest.length === 0 ? part : [...rest, part].join("");
      rest = [];
    }
    const last = parts.at(-1) ?? "";
    if (last !== "") rest.push(last);
  }
  const last = rest.join("") + decoder.decode();
  if (last !== "") yield last;
}

/** The event of one line of a watch; an ERROR throws the fault it stands for. */
export function eventOfLine<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parse(line);
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: object as T };
    case "BOOKMARK":
      return { type, resourceVersion: (object as T).metadata.resourceVersion ?? "" };
    case "ERROR":
      throw faultOfStatus(object as Status);
    default:
      throw new KubeFault("Unknown", `the watch sent an event of type ${type}, which is none`);
  }
}

function parse(line: string): { readonly type: string; readonly object: KubeObject | Status } {
  try {
    return JSON.parse(line) as { type: string; object: KubeObject };
  } catch (cause) {
    throw new KubeFault("ConnectionFailed", `the watch was cut within an event: ${line.slice(0, 80)}`, { cause });
  }
}
