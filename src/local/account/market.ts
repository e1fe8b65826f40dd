import { capacityTypes } from "../../api/index.ts";
import { type Catalogue, simulatedSpotPrice } from "../../provider-aws/catalogue/index.ts";
import type {
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult,
  PricingClient,
} from "../../provider-aws/contract/index.ts";
import type { CallGate } from "./calls.ts";
import { page } from "./filters.ts";

/** Prices of the account, USD an hour. Spot prices are simulated: 30 to 60 % of on demand by type and zone. */
export interface Market {
  onDemand(instanceType: string): number | undefined;
  spot(instanceType: string, zone: string): number | undefined;
  price(machine: { readonly instanceType: string; readonly zone: string; readonly capacityType: string }): number;
  setOnDemand(instanceType: string, usd: number): void;
  spotHistory(input: DescribeSpotPriceHistoryRequest, now: number): DescribeSpotPriceHistoryResult;
  readonly client: PricingClient;
}

export function createMarket(deps: {
  readonly gate: CallGate;
  readonly catalogue: Catalogue;
  readonly region: string;
  readonly zones: readonly string[];
}): Market {
  const { catalogue, region, zones } = deps;
  const prices = new Map(catalogue.onDemand.prices);
  const offerings = catalogue.regions.get(region)?.offerings ?? new Map<string, readonly string[]>();
  const metal = new Set(catalogue.machines.filter(({ bareMetal }) => bareMetal).map(({ name }) => name));

  const spot = (instanceType: string, zone: string): number | undefined => {
    const onDemand = prices.get(instanceType);
    return onDemand === undefined ? undefined : simulatedSpotPrice(instanceType, zone, onDemand);
  };
  // Written page by page: the whole list would be megabytes of text at once.
  const typesOf = (bareMetal: boolean): readonly string[] =>
    [...prices.keys()].filter((type) => metal.has(type) === bareMetal);

  return {
    onDemand: (type) => prices.get(type),
    spot,
    price: ({ instanceType, zone, capacityType }) =>
      (capacityType === capacityTypes.spot ? spot(instanceType, zone) : prices.get(instanceType)) ?? 0,
    setOnDemand: (type, usd) => void prices.set(type, usd),
    spotHistory: (input, now) => {
      const at = new Date(now);
      const found = page(
        [...offerings].flatMap(([type, places]) =>
          places.flatMap((zone) => {
            const price = zones.includes(zone) ? spot(type, zone) : undefined;
            return price === undefined
              ? []
              : [{ InstanceType: type, AvailabilityZone: zone, SpotPrice: price.toFixed(6), Timestamp: at }];
          }),
        ),
        input,
      );
      return { SpotPriceHistory: found.items, ...found.token };
    },
    client: {
      getProducts: deps.gate.wrap("Pricing", "GetProducts", (input) => {
        const family = input.Filters?.find(({ Field }) => Field === "productFamily")?.Value ?? "";
        const found = page(typesOf(family.includes("bare metal")), input);
        const PriceList = found.items.map((type) => priceDocument(type, prices.get(type) ?? 0, region));
        return { PriceList, ...found.token };
      }),
    },
  };
}

function priceDocument(instanceType: string, usd: number, regionCode: string): string {
  return JSON.stringify({
    product: { productFamily: "Compute Instance", attributes: { instanceType, regionCode, operatingSystem: "Linux" } },
    serviceCode: "AmazonEC2",
    terms: {
      OnDemand: {
        [`${instanceType}.JRTCKXETXF`]: {
          priceDimensions: {
            [`${instanceType}.JRTCKXETXF.6YS6EN2CT7`]: { unit: "Hrs", pricePerUnit: { USD: usd.toFixed(10) } },
          },
        },
      },
    },
  });
}
