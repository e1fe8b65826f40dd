import * as sdk from "@aws-sdk/client-ssm";
import type { SsmClient } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

/** SSM over the SDK: parameters that name images. */
export function createSsmAdapter(options: AwsClientOptions): SsmClient {
  const native = new sdk.SSMClient(clientConfig(options, "ssm"));
  observeCalls(native.middlewareStack, { service: "SSM", metrics: options.metrics });
  return { getParameter: call((input, http) => native.send(new sdk.GetParameterCommand(input), http)) };
}
