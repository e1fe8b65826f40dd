import { createSimulatedAccount, type SimulatedAccount } from "../../src/local/index.ts";
import { createSeededRandom, createSystemClock, type MetricsRegistry } from "../../src/platform/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { createAwsClients } from "../../src/provider-aws/sdk/index.ts";
import { type RecordedCall, recordedError, shapeOf, shortened } from "../aws-simulated/call-shapes.ts";

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
  /** The fullest answer and the first error over HTTP, by `service.method`. */
  readonly recorded: ReadonlyMap<string, readonly RecordedCall[]>;
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
  const recorder = createRecorder();
  const counting = <T extends object>(service: string, client: T, names: readonly string[] = []): T =>
    counted(client, (method, input, answer) => {
      const isHere = names.includes(method);
      const book = isHere ? elsewhere : overHttp;
      const name = `${service}.${method}`;
      book.set(name, (book.get(name) ?? 0) + 1);
      return isHere ? answer : recorder.keep(name, input, answer);
    });
  return {
    simulated,
    get recorded() {
      return recorder.recorded;
    },
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

type See = (method: string, input: unknown, answer: Promise<unknown>) => Promise<unknown>;

function counted<T extends object>(client: T, see: See): T {
  const methods = Object.entries(client).map(([method, act]) => [
    method,
    (...args: readonly unknown[]) =>
      see(method, args[0], (act as (...given: readonly unknown[]) => Promise<unknown>)(...args)),
  ]);
  return Object.fromEntries(methods) as T;
}

/** Keeps one answer of each call, the one that says most, and one error of each code. */
function createRecorder() {
  const answers = new Map<string, RecordedCall>();
  const errors = new Map<string, Map<string, RecordedCall>>();
  const sizeOf = (call: RecordedCall | undefined): number => (call === undefined ? -1 : shapeOf(call.output).size);
  return {
    keep: async (name: string, input: unknown, answer: Promise<unknown>): Promise<unknown> => {
      try {
        const output = await answer;
        const call = { input: shortened(input), output: shortened(output) };
        // Moto answers a dry run of this one like any other call.
        const isDry = (input as { readonly DryRun?: boolean } | undefined)?.DryRun === true;
        if (!isDry && sizeOf(call) > sizeOf(answers.get(name))) answers.set(name, call);
        return output;
      } catch (thrown) {
        const error = recordedError(thrown);
        if (error !== undefined) {
          const known = errors.get(name) ?? new Map<string, RecordedCall>();
          errors.set(name, known);
          if (!known.has(error.Code ?? error.name))
            known.set(error.Code ?? error.name, { input: shortened(input), error });
        }
        throw thrown;
      }
    },
    get recorded(): ReadonlyMap<string, readonly RecordedCall[]> {
      const names = [...new Set([...answers.keys(), ...errors.keys()])].sort();
      return new Map(
        names.map((name) => [
          name,
          [...[answers.get(name)].flatMap((call) => call ?? []), ...(errors.get(name)?.values() ?? [])],
        ]),
      );
    },
  };
}
