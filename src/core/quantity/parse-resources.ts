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
  let value = 0;
  let index = 0;
  for (; index < text.length && index < 10; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (index === 0) return -1;
  const left = text.length - index;
  if (left === 0) return value * milli;
  if (unit === "milli") return left === 1 && text.charCodeAt(index) === 109 ? value : -1;
  return left === 2 && text.charCodeAt(index + 1) === 105 ? binaryAmount(value, text.charCodeAt(index)) : -1;
}

function binaryAmount(value: number, prefix: number): number {
  if (value > 1_000_000) return -1;
  if (prefix === 71) return value * 1_073_741_824;
  if (prefix === 77) return value * 1_048_576;
  return prefix === 75 ? value * 1024 : -1;
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
