import * as sdk from "@aws-sdk/client-sqs";
import type { SqsClient } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

/** SQS over the SDK: the interruption queue. */
export function createSqsAdapter(options: AwsClientOptions): SqsClient {
  const native = new sdk.SQSClient(clientConfig(options, "sqs"));
  observeCalls(native.middlewareStack, { service: "SQS", metrics: options.metrics });
  return {
    getQueueUrl: call((input, http) => native.send(new sdk.GetQueueUrlCommand(input), http)),
    receiveMessage: call((input, http) =>
      native.send(new sdk.ReceiveMessageCommand(input as sdk.ReceiveMessageCommandInput), http),
    ) as SqsClient["receiveMessage"],
    deleteMessage: call((input, http) => native.send(new sdk.DeleteMessageCommand(input), http)),
  };
}
