import type { Logger } from "../../platform/index.ts";
import type { Prices, PriceTable } from "../catalogue/index.ts";
import type { Ec2Client, PricingClient } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import { ProviderFault } from "../../provider/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { onDemandQueries, readPriceDocument } from "./price-documents.ts";

/** Prices as known now: the table that ships, overlaid by what AWS has said since (spec: aws 4). */
export interface PriceBook extends Prices {
  /** Asks for on-demand and spot prices. Rejects when either fails; what was known before stays. */
  refresh(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Asks for on-demand prices that an isolated network kept from being asked, once it no longer is one. */
  catchUp(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface PriceBookDeps {
  readonly ec2: Ec2Client;
  readonly pricing: PricingClient;
  readonly region: string;
  /** Whether the Price List is out of reach, as known now. */
  readonly isolatedVpc: () => boolean;
  readonly table: PriceTable;
  readonly log: Logger;
  /** For `StartTime` of the spot price history. */
  readonly now: () => number;
}

export function createPriceBook(deps: PriceBookDeps): PriceBook {
  const onDemand = new Map(deps.table.prices);
  const spot = new Map<string, number>();
  let version = 1;
  const merge = (book: Map<string, number>, news: ReadonlyMap<string, number>): boolean => {
    let changed = false;
    for (const [key, price] of news)
      if (book.get(key) !== price) {
        book.set(key, price);
        changed = true;
      }
    if (changed) version += 1;
    return changed;
  };
  let wasIsolated = false;
  const refreshOnDemand = async (signal: AbortSignal): Promise<void> => {
    wasIsolated = deps.isolatedVpc();
    if (offersNoPriceList(deps)) return;
    const news = await askOnDemand(deps, signal);
    if (merge(onDemand, news)) deps.log.info("updated on-demand pricing", { "instance-type-count": onDemand.size });
  };
  const refreshSpot = async (signal: AbortSignal): Promise<void> => {
    const news = await askSpot(deps, signal);
    if (merge(spot, news))
      deps.log.info("updated spot pricing with instance types and offerings", { "offering-count": spot.size });
  };
  if (deps.table.region !== deps.region)
    deps.log.info("region has no price table of its own, starting with another region's", {
      region: deps.region,
      "price-region": deps.table.region,
      "price-date": deps.table.date,
    });
  return {
    get version() {
      return version;
    },
    onDemand: (type) => onDemand.get(type),
    // Until the market has been asked, spot looks as dear as on demand.
    spot: (type, zone) => (spot.size === 0 ? onDemand.get(type) : spot.get(spotKey(type, zone))),
    refresh: async ({ signal }) => {
      const outcomes = await Promise.allSettled([refreshOnDemand(signal), refreshSpot(signal)]);
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
    catchUp: async ({ signal }) => {
      if (wasIsolated && !deps.isolatedVpc()) await refreshOnDemand(signal);
    },
  };
}

/** Partitions and networks that the Price List cannot be reached from (spec: aws 4.1). */
function offersNoPriceList({ region, isolatedVpc }: PriceBookDeps): boolean {
  return isolatedVpc() || region.startsWith("us-gov") || region.startsWith("us-iso") || region.startsWith("eu-isoe");
}

const spotKey = (type: string, zone: string): string => `${type} ${zone}`;

async function askSpot({ ec2, now }: PriceBookDeps, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const StartTime = new Date(now());
  const history = await allPages(
    (token) =>
      calling("EC2", "DescribeSpotPriceHistory", {
        signal,
        call: () =>
          ec2.describeSpotPriceHistory(
            {
              ProductDescriptions: ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"],
              StartTime,
              MaxResults: 2000,
              ...pageToken(token),
            },
            { signal },
          ),
      }),
    (page) => page.SpotPriceHistory,
  );
  const prices = new Map<string, { readonly price: number; readonly at: number }>();
  for (const { InstanceType: type, AvailabilityZone: zone, SpotPrice: text, Timestamp: at } of history) {
    const price = Number(text);
    if (type === undefined || zone === undefined || at === undefined || !(price > 0)) continue;
    const key = spotKey(type, zone);
    if ((prices.get(key)?.at ?? Number.NEGATIVE_INFINITY) <= at.getTime()) prices.set(key, { price, at: at.getTime() });
  }
  if (prices.size === 0) throw new ProviderFault("NoSpotPricing", "no spot pricing found");
  return new Map([...prices].map(([key, { price }]) => [key, price]));
}

async function askOnDemand(deps: PriceBookDeps, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const answers = await Promise.all(onDemandQueries(deps.region).map((filters) => askProducts(deps, filters, signal)));
  if (answers.some(({ size }) => size === 0))
    throw new ProviderFault("NoOnDemandPricing", "no on-demand pricing found");
  return new Map(answers.flatMap((prices) => [...prices]));
}

async function askProducts(
  { pricing, region }: PriceBookDeps,
  filters: ReturnType<typeof onDemandQueries>[number],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const documents = await allPages(
    (token) =>
      calling("Pricing", "GetProducts", {
        signal,
        call: () =>
          pricing.getProducts(
            { ServiceCode: "AmazonEC2", Filters: filters, MaxResults: 100, ...pageToken(token) },
            { signal },
          ),
      }),
    (page) => page.PriceList,
  );
  const currency = region.startsWith("cn-") ? "CNY" : "USD";
  return new Map(documents.flatMap((text) => readPriceDocument(text, currency)));
}
