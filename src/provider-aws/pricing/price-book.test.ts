import { expect, test } from "vitest";
import { createRecordingLogger } from "../../platform/index.ts";
import type { Ec2Client, PricingClient, SpotPrice } from "../contract/index.ts";
import { createPriceBook, type PriceBookDeps } from "./price-book.ts";
import { readPriceDocument } from "./price-documents.ts";

const { signal } = new AbortController();

const document = (instanceType: string, price: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    product: { attributes: { instanceType } },
    terms: { OnDemand: { term: { priceDimensions: { dimension: { pricePerUnit: price } } } } },
  });

interface Market {
  readonly products?: readonly string[];
  readonly history?: readonly SpotPrice[];
}

function book(market: Market, parts: Partial<PriceBookDeps> = {}) {
  const calls: string[] = [];
  const pricing: PricingClient = {
    getProducts: () => {
      calls.push("GetProducts");
      const { products } = market;
      return products === undefined ? Promise.reject(new Error("timeout")) : Promise.resolve({ PriceList: products });
    },
  };
  const ec2 = {
    describeSpotPriceHistory: () => Promise.resolve({ SpotPriceHistory: market.history ?? [] }),
  } as unknown as Ec2Client;
  const table = { region: "us-east-1", date: "2026-07-20", prices: new Map([["m5.large", 0.096]]) };
  const log = createRecordingLogger();
  const prices = createPriceBook({
    ec2,
    pricing,
    region: "us-east-1",
    isolatedVpc: () => false,
    table,
    log,
    now: () => 0,
    ...parts,
  });
  return { prices, calls, log };
}

const spot = (SpotPrice: string, at = 0): SpotPrice => ({
  InstanceType: "m5.large",
  AvailabilityZone: "us-east-1a",
  SpotPrice,
  Timestamp: new Date(at),
});

test("before the market was asked spot looks as dear as on demand, afterwards it is known or not", async () => {
  const { prices } = book({ products: [document("m5.large", { USD: "0.1" })], history: [spot("0.04")] });
  expect(prices.spot("m5.large", "us-east-1b")).toBe(0.096);
  await prices.refresh({ signal });
  expect(prices.onDemand("m5.large")).toBe(0.1);
  expect(prices.spot("m5.large", "us-east-1a")).toBe(0.04);
  expect(prices.spot("m5.large", "us-east-1b")).toBeUndefined();
});

test("[aws 9.8.142] a Price List that does not answer leaves the shipped prices, and spot is updated all the same", async () => {
  const { prices } = book({ history: [spot("0.04")] });
  await expect(prices.refresh({ signal })).rejects.toThrow("Pricing GetProducts");
  expect(prices.onDemand("m5.large")).toBe(0.096);
  expect(prices.spot("m5.large", "us-east-1a")).toBe(0.04);
});

test.each([
  ["an isolated VPC", { isolatedVpc: () => true }],
  ["GovCloud", { region: "us-gov-west-1" }],
  ["a secret region", { region: "us-iso-east-1" }],
])("[aws 9.8.142] %s asks no Price List", async (_, parts) => {
  const { prices, calls } = book({ history: [spot("0.04")] }, parts);
  await prices.refresh({ signal });
  expect(calls).toEqual([]);
});

test("[aws 9.8.143] an empty spot history is an error and leaves the prices; China pays in CNY", async () => {
  const market: { products: string[]; history?: SpotPrice[] } = {
    products: [document("m5.large", { CNY: "0.7", USD: "0.1" })],
  };
  const { prices } = book(market, { region: "cn-north-1" });
  await expect(prices.refresh({ signal })).rejects.toThrow("no spot pricing found");
  expect(prices.onDemand("m5.large")).toBe(0.7);
});

test("of several spot prices the newest counts, and what is no price is skipped", async () => {
  const { prices } = book({
    products: [document("m5.large", { USD: "0.1" })],
    history: [spot("0.05", 2), spot("0.04", 1), spot("none", 3), spot("0", 4)],
  });
  await prices.refresh({ signal });
  expect(prices.spot("m5.large", "us-east-1a")).toBe(0.05);
});

test("the version rises when a price changes, and only then", async () => {
  const { prices } = book({ products: [document("m5.large", { USD: "0.1" })], history: [spot("0.04")] });
  await prices.refresh({ signal });
  const { version } = prices;
  await prices.refresh({ signal });
  expect(prices.version).toBe(version);
});

test("a region without prices of its own says whose it starts with", () => {
  const { log } = book({}, { region: "ap-southeast-1" });
  expect(log.lines.some(({ message }) => message.startsWith("region has no price table of its own"))).toBe(true);
});

test.each([
  ["no JSON", "{"],
  ["no type", document("", {})],
  ["a price of zero", document("m5.large", { USD: "0.0" })],
  ["another currency", document("m5.large", { EUR: "1" })],
])("a product with %s is skipped", (_, text) => {
  expect(readPriceDocument(text, "USD")).toEqual([]);
});
