import type { AccountClients } from "../account/index.ts";
import type { AwsClientOptions } from "./settings.ts";

/** Clients for the advisor's look at an account. Their part of the SDK is loaded here: the controller never pays for it. */
export async function createAccountClients(options: AwsClientOptions): Promise<AccountClients> {
  const { accountCalls } = await import("./account-calls.ts");
  return accountCalls(options);
}
