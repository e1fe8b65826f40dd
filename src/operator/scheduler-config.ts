import { parseDocument } from "yaml";
import { failed, readSchedulerConfig, type Result, type SchedulerConfig } from "../core/index.ts";

/** Reads the text of `--scheduler-config`, YAML or JSON (spec: scheduling 5.9); each fault in a text of its own. */
export function parseSchedulerConfig(text: string): Result<SchedulerConfig, readonly string[]> {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) return failed([`is no YAML: ${problem.message}`]);
  return readSchedulerConfig(document.toJS());
}
