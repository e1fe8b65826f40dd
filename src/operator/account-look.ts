import { type AccountClients, type AccountQuestions, type AccountReport, readAccount } from "../provider-aws/index.ts";
import { createAccountClients, discoverRegion } from "../provider-aws/sdk/index.ts";

export interface AccountLook {
  /** Found out when absent, as the controller finds it. */
  readonly region?: string;
  readonly questions: Omit<AccountQuestions, "region">;
  /** Of this product; goes into the user agent. */
  readonly version: string;
  readonly signal: AbortSignal;
  /** In place of the SDK's. */
  readonly clients?: AccountClients;
}

/** Looks at an account as the advisor needs it: reads only, over the SDK with its default chain of credentials. */
export async function lookAtAccount({ questions, version, signal, ...setup }: AccountLook): Promise<AccountReport> {
  const region = setup.region ?? (await discoverRegion({ signal }));
  const clients = setup.clients ?? (await createAccountClients({ region, version }));
  return readAccount({ ...questions, region }, { clients, signal });
}
