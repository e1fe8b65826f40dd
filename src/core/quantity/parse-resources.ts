import type { QuantityText, ResourceQuantities } from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";
import { parseQuantity, type QuantityFailure, wholeUnits } from "./quantity.ts";
import { noResources, type ResourceUnit, type Resources, unitOf } from "./resources.ts";

export interface ParseOptions {
  /** Limits may be negative (api 1.6); requests and capacities may not. */
  readonly negative?: "accept" | "refuse";
}

/**
 * One amount in base units: cpu rounded up to a milli-CPU, bytes rounded up to a byte; everything else must be whole,
 * since half a pod or half a GPU cannot be had.
 */
export function parseAmount(
  resource: string,
  text: QuantityText,
  options: ParseOptions = {},
): Result<number, QuantityFailure> {
  const unit = unitOf(resource);
  const plain = plainAmount(text, unit);
  if (plain >= 0) return ok(plain);
  const quantity = parseQuantity(text);
  if (!quantity.ok)
    return failed({ ...quantity.failure, resource, message: `${resource}: ${quantity.failure.message}` });
  if (quantity.value.mantissa < 0n && options.negative !== "accept") {
    return refused("negative", resource, text, "must not be negative");
  }
  const { units, exact } = wholeUnits(quantity.value, unit === "milli" ? 3 : 0);
  if (!exact && unit === "whole") return refused("not-whole", resource, text, "is not a whole number");
  return ok(saturated(units));
}

/** All amounts of a map, or every refusal in it (in order of resource name). */
export function parseResources(
  quantities: ResourceQuantities | undefined,
  options: ParseOptions = {},
): Result<Resources, readonly QuantityFailure[]> {
  if (quantities === undefined) return ok(noResources);
  const amounts: Record<string, number> = {};
  const failures: QuantityFailure[] = [];
  for (const resource of Object.keys(quantities)) {
    const amount = parseAmount(resource, quantities[resource] as QuantityText, options);
    if (amount.ok) amounts[resource] = amount.value;
    else failures.push(amount.failure);
  }
  if (failures.length === 0) return ok(amounts);
  return failed(failures.toSorted((a, b) => ((a.resource ?? "") < (b.resource ?? "") ? -1 : 1)));
}

/**
 * Amounts of a map that has been admitted before. Should one be refused after all, `ifRefused` stands in for it: a
 * request counts as more than any machine has, a capacity as nothing, so that an error never over-commits a machine.
 */
export function resourcesAssuming(quantities: ResourceQuantities | undefined, ifRefused: number): Resources {
  if (quantities === undefined) return noResources;
  const amounts: Record<string, number> = {};
  for (const resource of Object.keys(quantities)) {
    const amount = parseAmount(resource, quantities[resource] as QuantityText);
    amounts[resource] = amount.ok ? amount.value : ifRefused;
  }
  return amounts;
}

/** The common spellings (`2`, `500m`, `128Mi`, `1Gi`) without big integers; -1 for everything else. */
function plainAmount(text: QuantityText, unit: ResourceUnit): number {
  const milli = unit === "milli" ? 1000 : 1;
  if (typeof text === "number") return Number.isInteger(text) && text >= 0 && text < 1e12 ? text * milli : -1;
  const digits = leadingDigits(text);
  if (digits === 0) return -1;
  const value = Number(text.slice(0, digits));
  if (digits === text.length) return value * milli;
  const factor = plainFactor(text, digits, unit);
  return factor === 0 || value > 1_000_000 ? -1 : value * factor;
}

/** How many digits the text begins with; ten at most, so that the number stays small. */
function leadingDigits(text: string): number {
  let index = 0;
  while (index < text.length && index < 10) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) break;
    index++;
  }
  return index;
}

/** What the suffix at `index` multiplies by in base units; 0 for a suffix that is not one of the common ones. */
function plainFactor(text: string, index: number, unit: ResourceUnit): number {
  const suffix = text.slice(index);
  if (unit === "milli") return suffix === "m" ? 1 : 0;
  if (suffix === "Mi") return 1_048_576;
  if (suffix === "Gi") return 1_073_741_824;
  return suffix === "Ki" ? 1024 : 0;
}

function saturated(units: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  if (units > limit) return Number.MAX_SAFE_INTEGER;
  return units < -limit ? -Number.MAX_SAFE_INTEGER : Number(units);
}

function refused(
  kind: QuantityFailure["kind"],
  resource: string,
  text: QuantityText,
  fault: string,
): Result<never, QuantityFailure> {
  return failed({ kind, resource, quantity: String(text), message: `${resource}: "${text}" ${fault}` });
}
