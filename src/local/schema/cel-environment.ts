/** CEL as kube-apiserver extends it: text, list, regex and quantity functions over the library's own. */
import { Environment } from "@marcbachmann/cel-js";
import { parseQuantity, wholeUnits } from "../../core/index.ts";

const nano = 9;

const orderedPairs = (list: readonly unknown[]): boolean =>
  list.every((item, index) => index === 0 || compare(list[index - 1], item) <= 0);

function compare(left: unknown, right: unknown): number {
  const [a, b] = [left as string, right as string];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const total = (list: readonly unknown[]): number | bigint =>
  (list as readonly (number | bigint)[]).reduce((sum, item) =>
    typeof sum === "bigint" && typeof item === "bigint" ? sum + item : Number(sum) + Number(item),
  );

const extreme = (list: readonly unknown[], sign: 1 | -1): unknown => {
  if (list.length === 0) throw new Error("min or max of an empty list");
  return list.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
};

/** Replaces the first `limit` occurrences; a negative limit replaces all. */
function replaced(text: string, [from, to, limit]: readonly [string, string, bigint]): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  let left = Number(limit);
  return text.replaceAll(from, (match) => {
    left -= 1;
    return left >= 0 ? to : match;
  });
}

class Amount {
  readonly units: bigint;
  constructor(text: string) {
    const parsed = parseQuantity(text);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    this.units = wholeUnits(parsed.value, nano).units;
  }
}

const isQuantity = (text: string): boolean => parseQuantity(text).ok;

function withTexts(environment: Environment): Environment {
  return environment
    .registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) =>
      replaced(text, [from, to, -1n]),
    )
    .registerFunction(
      "string.replace(string, string, int): string",
      (text: string, from: string, to: string, limit: bigint) => replaced(text, [from, to, limit]),
    )
    .registerFunction("string.charAt(int): string", (text: string, index: bigint) => text.charAt(Number(index)))
    .registerFunction(
      "string.find(string): string",
      (text: string, pattern: string) => new RegExp(pattern, "u").exec(text)?.[0] ?? "",
    )
    .registerFunction(
      "string.findAll(string): list",
      (text: string, pattern: string) => text.match(new RegExp(pattern, "gu")) ?? [],
    );
}

function withLists(environment: Environment): Environment {
  return environment
    .registerFunction("list.isSorted(): bool", orderedPairs)
    .registerFunction("list.sum(): dyn", (list: readonly unknown[]) => (list.length === 0 ? 0n : total(list)))
    .registerFunction("list.min(): dyn", (list: readonly unknown[]) => extreme(list, -1))
    .registerFunction("list.max(): dyn", (list: readonly unknown[]) => extreme(list, 1))
    .registerFunction("list.indexOf(dyn): int", (list: readonly unknown[], item: unknown) => BigInt(list.indexOf(item)))
    .registerFunction("list.lastIndexOf(dyn): int", (list: readonly unknown[], item: unknown) =>
      BigInt(list.lastIndexOf(item)),
    );
}

function withQuantities(environment: Environment): Environment {
  return environment
    .registerType("kubernetes.Quantity", Amount)
    .registerFunction("isQuantity(string): bool", isQuantity)
    .registerFunction("quantity(string): kubernetes.Quantity", (text: string) => new Amount(text))
    .registerFunction(
      "kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool",
      (a: Amount, b: Amount) => a.units > b.units,
    )
    .registerFunction(
      "kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool",
      (a: Amount, b: Amount) => a.units < b.units,
    )
    .registerFunction("kubernetes.Quantity.compareTo(kubernetes.Quantity): int", (a: Amount, b: Amount) =>
      a.units === b.units ? 0n : a.units < b.units ? -1n : 1n,
    );
}

/** A new environment in which `self` and `oldSelf` may hold anything. */
export function createCelEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  return withQuantities(withLists(withTexts(environment)));
}
