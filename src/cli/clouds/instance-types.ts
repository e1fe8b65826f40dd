import { readFile } from "node:fs/promises";
import type { InstanceType } from "../../core/index.ts";
import { genericInstanceTypes, parseInstanceTypes } from "../../provider-kwok/index.ts";
import { CliError } from "../cli-error.ts";

/** The types of a JSON file, or the generic ones where none is named (spec: operations 6.3). In order of name. */
export async function readInstanceTypes(file: string | undefined): Promise<readonly InstanceType[]> {
  if (file === undefined || file === "") return genericInstanceTypes();
  const parsed = parseInstanceTypes(await textOf(file));
  if (parsed.ok) return parsed.value;
  const lines = parsed.failure.problems.map((problem) => `${file}: ${problem}`);
  throw new CliError(lines.join("\nkarpenter: "));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`the instance types of --instance-types-file-path cannot be read: ${why}`, undefined, { cause });
  }
}
