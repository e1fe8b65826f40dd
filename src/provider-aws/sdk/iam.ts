import * as sdk from "@aws-sdk/client-iam";
import type { IamClient } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

/** IAM over the SDK: instance profiles only. */
export function createIamAdapter(options: AwsClientOptions): IamClient {
  const native = new sdk.IAMClient(clientConfig(options, "iam"));
  observeCalls(native.middlewareStack, { service: "IAM", metrics: options.metrics });
  return {
    getInstanceProfile: call((input, http) => native.send(new sdk.GetInstanceProfileCommand(input), http)),
    createInstanceProfile: call((input, http) =>
      native.send(new sdk.CreateInstanceProfileCommand(input as sdk.CreateInstanceProfileCommandInput), http),
    ),
    addRoleToInstanceProfile: call((input, http) => native.send(new sdk.AddRoleToInstanceProfileCommand(input), http)),
    removeRoleFromInstanceProfile: call((input, http) =>
      native.send(new sdk.RemoveRoleFromInstanceProfileCommand(input), http),
    ),
    deleteInstanceProfile: call((input, http) => native.send(new sdk.DeleteInstanceProfileCommand(input), http)),
    listInstanceProfiles: call((input, http) => native.send(new sdk.ListInstanceProfilesCommand(input), http)),
  };
}
