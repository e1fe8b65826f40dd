/** Values of filters as people write them (spec: operations 6.2). */
import { InvalidArgumentError } from "commander";

/** Both ends included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export function numberValue(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError(`"${text}" is no amount; expected a number of 0 or more`);
  return number;
}

/** How many, 1 or more. */
export function countValue(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no number of types; expected 1 or more`);
}

const unitsInGib: Readonly<Record<string, number>> = { mi: 1 / 1024, gi: 1, ti: 1024, m: 1 / 1024, g: 1, t: 1024 };

/** Amounts of memory in GiB: `4`, `4GiB`, `512mi`, `1TiB`; without a unit GiB. */
export function gibValue(text: string): number {
  const [, amount = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = unit === "" ? 1 : unitsInGib[unit.toLowerCase().replace(/b$/, "")];
  if (amount === "" || factor === undefined)
    throw new InvalidArgumentError(`"${text}" is no amount of memory; expected 4, 4GiB, 512MiB or 1TiB`);
  return Number(amount) * factor;
}

export function patternValue(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(
      `"${text}" is no regular expression: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

export function booleanValue(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new InvalidArgumentError(`"${text}" is neither true nor false`);
}

/** vCPUs to GiB of memory, `1:2`, as GiB for each vCPU. */
export function ratioValue(text: string): number {
  const [, vcpus = "", memory = ""] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (Number(vcpus) > 0) return Number(memory) / Number(vcpus);
  throw new InvalidArgumentError(`"${text}" is no ratio; expected vCPUs to GiB, as in 1:2`);
}

export const listValue = (text: string): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
