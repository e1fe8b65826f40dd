/**
 * Quantities as text: whether one parses, whether it is negative, and its canonical form. Arithmetic belongs to
 * `core/quantity`; this room may import nothing, and validation and the drift hash need no more than this.
 */

/** P-QTY, the pattern that CRDs put on resource maps (api 0.3). */
export const quantityPattern =
  "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

/** What the API server parses: unlike P-QTY, an exponent is a whole number. */
const parsed = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;

export function isQuantity(text: string): boolean {
  return parsed.test(text);
}

export function isNegativeQuantity(text: string): boolean {
  return text.startsWith("-") && /[1-9]/.test(text.replace(/[eE][+-]?\d+$/, ""));
}

/**
 * The text that Kubernetes prints for a whole quantity: the largest suffix of its family that leaves no fraction
 * (`1024Gi` becomes `1Ti`, `1000G` becomes `1T`). Fractions, exponents and texts that do not parse come back unchanged.
 */
export function canonicalQuantity(text: string): string {
  const [, sign = "", digits = "", suffix = ""] = parsed.exec(text) ?? [];
  const family: readonly string[] = suffix.endsWith("i") ? binarySuffixes : decimalSuffixes;
  const start = family.indexOf(suffix);
  if (!/^\d+$/.test(digits) || start < 0) return text;
  const step = suffix.endsWith("i") ? 1024n : 1000n;
  const { value, at } = largestSuffix(BigInt(digits), step, { start, end: family.length - 1 });
  if (value === 0n) return "0";
  return `${sign === "-" ? "-" : ""}${value}${family[at] ?? ""}`;
}

function largestSuffix(digits: bigint, step: bigint, range: { readonly start: number; readonly end: number }) {
  let value = digits;
  let at = range.start;
  while (value !== 0n && value % step === 0n && at < range.end) {
    value /= step;
    at += 1;
  }
  return { value, at };
}
