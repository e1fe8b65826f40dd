import * as sdk from "@aws-sdk/client-pricing";
import type { PricingClient } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig, pricingRegion } from "./settings.ts";

/** The Price List over the SDK, in the one of its few regions that is nearest. */
export function createPricingAdapter(options: AwsClientOptions): PricingClient {
  const own = { region: pricingRegion(options.region) };
  const native = new sdk.PricingClient(clientConfig(options, "pricing", own));
  observeCalls(native.middlewareStack, { service: "Pricing", metrics: options.metrics });
  return {
    getProducts: call(async (input, http) => {
      const { PriceList = [], NextToken } = await native.send(new sdk.GetProductsCommand(input), http);
      return { PriceList: PriceList.map(String), NextToken };
    }),
  };
}
