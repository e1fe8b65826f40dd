/** Quantities as Kubernetes prints them after reading: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`. */
import { parseQuantity, wholeUnits } from "../../core/index.ts";

const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const nano = 9;

/** Canonical text, or undefined when the text is no quantity. Amounts finer than a billionth are rounded up. */
export function canonicalQuantity(value: string | number): string | undefined {
  const text = String(value).trim();
  const parsed = parseQuantity(text);
  if (!parsed.ok) return undefined;
  const units = wholeUnits(parsed.value, nano).units;
  if (units === 0n) return "0";
  if (text.endsWith("i")) return binaryText(units) ?? decimalText(units);
  const exponent = /\d[eE][+-]?\d+$/.test(text);
  return exponent ? exponentText(units) : decimalText(units);
}

const inNano = 10n ** BigInt(nano);

function binaryText(units: bigint): string | undefined {
  if (units % inNano !== 0n) return undefined;
  let whole = units / inNano;
  if (whole > -1024n && whole < 1024n) return undefined;
  let power = 0;
  while (whole % 1024n === 0n && power < binarySuffixes.length - 1) {
    whole /= 1024n;
    power += 1;
  }
  return `${whole}${binarySuffixes[power]}`;
}

function thousands(units: bigint): { readonly mantissa: bigint; readonly power: number } {
  let mantissa = units;
  let power = 0;
  while (mantissa % 1000n === 0n && power < decimalSuffixes.length - 1) {
    mantissa /= 1000n;
    power += 1;
  }
  return { mantissa, power };
}

function decimalText(units: bigint): string {
  const { mantissa, power } = thousands(units);
  return `${mantissa}${decimalSuffixes[power]}`;
}

function exponentText(units: bigint): string {
  const { mantissa, power } = thousands(units);
  const exponent = power * 3 - nano;
  return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
}
