import { createSimulatedAccount, type SimulatedAccount } from "../../src/local/index.ts";
import { createSeededRandom, createSystemClock, type MetricsRegistry } from "../../src/platform/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { createAwsClients } from "../../src/provider-aws/sdk/index.ts";

export const credentials = { accessKeyId: "AKIDEXAMPLETESTING00", secretAccessKey: "wJalrXUtnFEMI0SECRET0TESTING0KEY" };
export const region = "us-east-1";

/** The calls that moto's server has not (spec/aws.md 8.1); everything else goes over HTTP. */
const missing = {
  ec2: ["describeCapacityReservations", "describePlacementGroups"],
  pricing: ["getProducts"],
} as const;

export interface MixedAccount {
  readonly clients: AwsClients;
  /** Calls over HTTP and calls to the simulated account, each with how often it was made. */
  readonly made: { readonly overHttp: Map<string, number>; readonly simulated: Map<string, number> };
  readonly simulated: SimulatedAccount;
}

/** The SDK's clients against moto, with a simulated account behind the calls that moto lacks. */
export async function createMixedAccount(motoUrl: string, metrics?: MetricsRegistry): Promise<MixedAccount> {
  const endpoints = { ec2: motoUrl, ssm: motoUrl, sqs: motoUrl, iam: motoUrl, eks: motoUrl };
  const sdk = await createAwsClients({
    region,
    version: "test",
    endpoints,
    credentials,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const simulated = createSimulatedAccount({ clock: createSystemClock(), random: createSeededRandom("moto"), region });
  const overHttp = new Map<string, number>();
  const elsewhere = new Map<string, number>();
  const ec2 = { ...sdk.ec2, ...only(simulated.clients.ec2, missing.ec2) };
  const counting = <T extends object>(service: string, client: T, names: readonly string[] = []): T =>
    counted(client, (method) => {
      const book = names.includes(method) ? elsewhere : overHttp;
      const name = `${service}.${method}`;
      book.set(name, (book.get(name) ?? 0) + 1);
    });
  return {
    simulated,
    made: { overHttp, simulated: elsewhere },
    clients: {
      ec2: counting("ec2", ec2, missing.ec2),
      ec2Probe: counting("ec2", sdk.ec2Probe),
      ssm: counting("ssm", sdk.ssm),
      iam: counting("iam", sdk.iam),
      eks: counting("eks", sdk.eks),
      sqs: counting("sqs", sdk.sqs),
      pricing: counting("pricing", simulated.clients.pricing, missing.pricing),
    },
  };
}

const only = <T extends object, K extends keyof T>(client: T, names: readonly K[]): Pick<T, K> =>
  Object.fromEntries(names.map((name) => [name, client[name]])) as Pick<T, K>;

function counted<T extends object>(client: T, count: (method: string) => void): T {
  const methods = Object.entries(client).map(([method, act]) => [
    method,
    (...args: readonly unknown[]) => {
      count(method);
      return (act as (...given: readonly unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(methods) as T;
}
