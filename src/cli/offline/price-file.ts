import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Prices } from "../../provider-aws/catalogue/index.ts";
import { CliError } from "../cli-error.ts";

/** Own prices: USD an hour by type (spot also by `type/zone`), and shares taken off list prices by type or `m5.*` or `*`. */
export interface PriceOverrides {
  readonly onDemand: ReadonlyMap<string, number>;
  readonly spot: ReadonlyMap<string, number>;
  /** 0.2 is 20 % off: what an agreement, a savings plan or reserved instances take off on-demand prices. */
  readonly discounts: ReadonlyMap<string, number>;
}

/**
 * A price file: `type,price` lines (on demand), or YAML or JSON with the maps `onDemand`, `spot` and `discounts`
 * (shares such as 0.2 or `20%`). Wrong entries are errors of use; all of them are named at once.
 */
export async function readPriceFile(file: string): Promise<PriceOverrides> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CliError(`--prices ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, undefined, {
      cause,
    });
  });
  const problems: string[] = [];
  const overrides = file.endsWith(".csv") ? fromCsv(text, problems) : fromMaps(parsed(file, text), problems);
  if (problems.length === 0) return overrides;
  throw new CliError(problems.map((problem) => `--prices ${file}: ${problem}`).join("\nkarpenter: "));
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new CliError(`--prices ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, undefined, {
      cause,
    });
  }
}

function fromCsv(text: string, problems: string[]): PriceOverrides {
  const onDemand = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [type = "", price = ""] = line.split(",").map((cell) => cell.trim());
    if (type === "" || type.startsWith("#") || (index === 0 && isHeading(type, price))) continue;
    keep(onDemand, { name: type, amount: amountOf(price), place: `line ${index + 1}`, found: price }, problems);
  }
  return { onDemand, spot: new Map(), discounts: new Map() };
}

/** Names of types have a dot: a first line with one is no heading, but a price that is none. */
const isHeading = (type: string, price: string): boolean => Number.isNaN(Number(price)) && !type.includes(".");

const mapNames = ["onDemand", "spot", "discounts"] as const;

function fromMaps(value: unknown, problems: string[]): PriceOverrides {
  if (!isMapping(value)) {
    problems.push(`found ${JSON.stringify(value)}, expected the maps ${mapNames.join(", ")}`);
    return { onDemand: new Map(), spot: new Map(), discounts: new Map() };
  }
  for (const name of Object.keys(value).filter((each) => !mapNames.some((known) => known === each)))
    problems.push(`${name}: expected one of ${mapNames.join(", ")}`);
  const [onDemand, spot, discounts] = mapNames.map((name) => mapOf(name, value[name], problems));
  return { onDemand: onDemand ?? new Map(), spot: spot ?? new Map(), discounts: discounts ?? new Map() };
}

function mapOf(name: (typeof mapNames)[number], value: unknown, problems: string[]): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  if (value === undefined || value === null) return map;
  if (!isMapping(value)) {
    problems.push(`${name}: found ${JSON.stringify(value)}, expected a map of type to number`);
    return map;
  }
  const read = name === "discounts" ? shareOf : amountOf;
  for (const [type, found] of Object.entries(value))
    keep(map, { name: type, amount: read(found), place: `${name}.${type}`, found }, problems);
  return map;
}

function keep(
  map: Map<string, number>,
  entry: {
    readonly name: string;
    readonly amount: number | undefined;
    readonly place: string;
    readonly found: unknown;
  },
  problems: string[],
): void {
  if (entry.amount !== undefined) map.set(entry.name, entry.amount);
  else
    problems.push(
      `${entry.place}: found ${JSON.stringify(entry.found)}, expected USD an hour of 0 or more, or a share from 0 to 1`,
    );
}

function amountOf(value: unknown): number | undefined {
  const amount = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function shareOf(value: unknown): number | undefined {
  const percent = typeof value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] : undefined;
  const share = percent === undefined ? amountOf(value) : Number(percent) / 100;
  return share !== undefined && share <= 1 ? share : undefined;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** List prices with the user's own in their place. */
export function withOverrides(list: Prices, { onDemand, spot, discounts }: PriceOverrides): Prices {
  return {
    version: list.version,
    onDemand: (type) => {
      const price = onDemand.get(type) ?? list.onDemand(type);
      return price === undefined ? undefined : price * (1 - discountOf(discounts, type));
    },
    spot: (type, zone) => spot.get(`${type}/${zone}`) ?? spot.get(type) ?? list.spot(type, zone),
  };
}

/** The most exact pattern counts, the others do not add up. */
function discountOf(discounts: ReadonlyMap<string, number>, type: string): number {
  const [family = ""] = type.split(".");
  return discounts.get(type) ?? discounts.get(`${family}.*`) ?? discounts.get("*") ?? 0;
}

/** Names of the file that no type of the catalogue has. */
export function unknownTypes(overrides: PriceOverrides, types: ReadonlySet<string>): readonly string[] {
  const named = [...overrides.onDemand.keys(), ...overrides.spot.keys()].map((name) => name.split("/")[0] ?? "");
  const exact = [...overrides.discounts.keys()].filter((name) => !name.includes("*"));
  return [...new Set([...named, ...exact])].filter((name) => !types.has(name)).toSorted();
}
