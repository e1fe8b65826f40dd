import type { PriceFilter } from "../contract/index.ts";

/** The two questions whose answers make the on-demand table: shared machines and bare metal (spec: aws 4.1). */
export function onDemandQueries(region: string): readonly (readonly PriceFilter[])[] {
  const common = {
    regionCode: region,
    serviceCode: "AmazonEC2",
    preInstalledSw: "NA",
    operatingSystem: "Linux",
    capacitystatus: "Used",
    marketoption: "OnDemand",
  };
  return [
    { ...common, tenancy: "Shared", productFamily: "Compute Instance" },
    { ...common, tenancy: "Dedicated", productFamily: "Compute Instance (bare metal)" },
  ].map((fields) => Object.entries(fields).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value }) as const));
}

/** Type and price of one product; nothing when the text does not parse, lacks either, or the price is zero. */
export function readPriceDocument(text: string, currency: string): readonly (readonly [string, number])[] {
  const document = parse(text);
  const name = field(field(field(document, "product"), "attributes"), "instanceType");
  if (typeof name !== "string") return [];
  const prices = members(field(field(document, "terms"), "OnDemand"))
    .flatMap((term) => members(field(term, "priceDimensions")))
    .map((dimension) => Number(field(field(dimension, "pricePerUnit"), currency)))
    .filter((price) => price > 0);
  const price = prices.at(-1);
  return price === undefined ? [] : [[name, price]];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A product that does not parse is skipped like one without a price (spec: aws 4.1).
    return undefined;
  }
}

/** Keys are matched without regard to case. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const wanted = name.toLowerCase();
  return Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

const members = (value: unknown): readonly unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value) : [];
