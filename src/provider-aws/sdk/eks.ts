import * as sdk from "@aws-sdk/client-eks";
import type { EksClient } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

/** EKS over the SDK: facts of the cluster. */
export function createEksAdapter(options: AwsClientOptions): EksClient {
  const native = new sdk.EKSClient(clientConfig(options, "eks"));
  observeCalls(native.middlewareStack, { service: "EKS", metrics: options.metrics });
  return { describeCluster: call((input, http) => native.send(new sdk.DescribeClusterCommand(input), http)) };
}
