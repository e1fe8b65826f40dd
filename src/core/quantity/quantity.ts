import type { QuantityText } from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";

/** Exactly `mantissa * 10^scale * 2^binary`, so that nothing is lost between text and base units. */
export interface Quantity {
  readonly mantissa: bigint;
  readonly scale: number;
  readonly binary: number;
}

/** Why a quantity was refused. `message` quotes it and says what was expected; `quantity` is the text as it stood. */
export interface QuantityFailure {
  readonly kind: "malformed" | "overflow" | "negative" | "not-whole";
  readonly quantity: string;
  readonly resource?: string;
  readonly message: string;
}

const grammar = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

const decimalSuffixes: Readonly<Record<string, number>> = Object.freeze({
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
});

const binarySuffixes: Readonly<Record<string, number>> = Object.freeze({
  Ki: 10,
  Mi: 20,
  Gi: 30,
  Ti: 40,
  Pi: 50,
  Ei: 60,
});

/** Kubernetes counts in 64-bit integers; what does not fit there is no amount of anything. */
const largestWhole = 2n ** 63n - 1n;

/** Nineteen digits hold 2^63; text with more than these before the point overflows without being multiplied out. */
const mostDigits = 20;

/** Far more than any quantity needs; bounds the work on hostile text. */
const longestText = 256;

/** Finer than this, every amount rounds up to one unit anyway; bounds the work on hostile exponents. */
const finestScale = -40;

/**
 * Reads a quantity exactly (api 0.3, P-QTY; a JSON number counts as its text). Refuses text outside the grammar, an
 * exponent that is not whole, and values beyond 64 bits (`1e400`, `16Ei`).
 */
export function parseQuantity(text: QuantityText): Result<Quantity, QuantityFailure> {
  const source = String(text);
  const match = source.length > longestText ? null : grammar.exec(source);
  if (match === null) return failed(malformed(source));
  const { digits, scale, binary } = spelledNumber(match);
  if (digits === "") return ok({ mantissa: 0n, scale: 0, binary: 0 });
  if (digits.length + scale > mostDigits) return failed(overflow(source));
  const tiny = digits.length + scale < finestScale;
  const quantity = tiny ? { mantissa: 1n, scale: finestScale, binary } : { mantissa: BigInt(digits), scale, binary };
  if (wholeUnits(quantity).units > largestWhole) return failed(overflow(source));
  return ok(source.startsWith("-") ? { ...quantity, mantissa: -quantity.mantissa } : quantity);
}

/** Digits without leading zeros (none for zero), and the powers of ten and two that they are to be multiplied by. */
function spelledNumber(match: RegExpExecArray): {
  readonly digits: string;
  readonly scale: number;
  readonly binary: number;
} {
  const [whole, fraction, onlyFraction, binarySuffix, decimalSuffix, exponent] = match
    .slice(1)
    .map((part) => part ?? "");
  const decimals = `${fraction}${onlyFraction}`;
  const digits = `${whole}${decimals}`.replace(/^0+/, "");
  const power = exponent === "" ? (decimalSuffixes[`${decimalSuffix}`] ?? 0) : Number(exponent);
  return { digits, scale: power - decimals.length, binary: binarySuffixes[`${binarySuffix}`] ?? 0 };
}

/** `quantity * 10^decimals` as an integer, rounded away from zero (Kubernetes rounds requests up), and whether it was exact. */
export function wholeUnits(quantity: Quantity, decimals = 0): { readonly units: bigint; readonly exact: boolean } {
  const scale = quantity.scale + decimals;
  const scaled = quantity.mantissa * 2n ** BigInt(quantity.binary);
  if (scale >= 0) return { units: scaled * 10n ** BigInt(scale), exact: true };
  const divisor = 10n ** BigInt(-scale);
  const units = scaled / divisor;
  const exact = units * divisor === scaled;
  if (exact) return { units, exact };
  return { units: scaled < 0n ? units - 1n : units + 1n, exact };
}

function malformed(quantity: string): QuantityFailure {
  const shown = quantity.length > 80 ? `${quantity.slice(0, 80)}...` : quantity;
  return {
    kind: "malformed",
    quantity,
    message: `"${shown}" is not a quantity: expected a number with an optional suffix, such as 500m, 1.5, 2Gi or 1e3`,
  };
}

function overflow(quantity: string): QuantityFailure {
  return { kind: "overflow", quantity, message: `"${quantity}" is too large: quantities end at 2^63-1` };
}
