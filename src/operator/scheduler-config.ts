import { readSchedulerConfig, type Result, type SchedulerConfig } from "../core/index.ts";
import { readOptionDocument } from "./option-documents.ts";

/** Reads the text of `--scheduler-config`, YAML or JSON (spec: scheduling 5.9); each fault in a text of its own. */
export function parseSchedulerConfig(text: string): Result<SchedulerConfig, readonly string[]> {
  const document = readOptionDocument(text);
  return document.ok ? readSchedulerConfig(document.value) : document;
}
