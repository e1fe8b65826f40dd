import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { clientFromKubeconfig, inClusterClient, type KubeconfigClient } from "../../kube/index.ts";
import { createSimulatedAccount, startStandIns } from "../../local/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  type OperatorOptions,
  parseOptions,
  type ProviderFactory,
} from "../../operator/index.ts";
import {
  createLifecycle,
  createLogger,
  createMetricsRegistry,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
  openLogDestination,
} from "../../platform/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";

/** Where machines come from. */
export const clouds = ["aws", "simulated"] as const;
export type Cloud = (typeof clouds)[number];

export interface ControllerCall {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cloud: Cloud;
  readonly region: string;
  /** Options of the operator by flag, without dashes. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Runs until stopped; resolves with the exit code. */
export async function runController(call: ControllerCall, terminal: Terminal): Promise<number> {
  const parsed = parseOptions(call.flags, terminal.environment);
  if (!parsed.ok) throw new CliError(parsed.failure.errors.join("\nkarpenter: "));
  const { options, warnings } = parsed.value;
  if (call.cloud === "aws") {
    throw new CliError(
      "this version has no client for the AWS API yet; --cloud simulated runs the same provider on a simulated account",
    );
  }
  const around = surroundings(options);
  for (const warning of warnings) around.log.warn(warning);
  const lifecycle = createLifecycle({ clock: around.clock, log: around.log });
  const stop = (): void => void lifecycle.stop("asked to stop");
  terminal.signal.addEventListener("abort", stop, { once: true });
  try {
    terminal.signal.throwIfAborted();
    await start({ call, options, around, terminal }, lifecycle);
    await lifecycle.done;
    return exitCodes.fine;
  } catch (error) {
    await lifecycle.stop("failed");
    throw error;
  }
}

type Around = ReturnType<typeof surroundings>;

function surroundings(options: OperatorOptions) {
  const clock = createSystemClock();
  const level = options.logLevel === "" ? "info" : options.logLevel;
  return {
    clock,
    random: createSystemRandom(),
    ids: createSystemIds(),
    log: createLogger({ clock, level, destination: openLogDestination(options.logOutputPaths) }),
    metrics: createMetricsRegistry({ processMetrics: true }),
  };
}

interface Start {
  readonly call: ControllerCall;
  readonly options: OperatorOptions;
  readonly around: Around;
  readonly terminal: Terminal;
}

async function start(
  { call, options, around, terminal }: Start,
  lifecycle: ReturnType<typeof createLifecycle>,
): Promise<void> {
  const connect = (): Promise<KubeconfigClient> => connectTo(call, options, { around, terminal });
  // The lease has a client of its own: sharing a rate limit has lost leadership under load.
  const [main, election] = await Promise.all([connect(), connect()]);
  lifecycle.onStop("connections", async () => {
    await main.client.close();
    await election.client.close();
  });
  const settings = { ...options, clusterName: options.clusterName === "" ? "karpenter-ts" : options.clusterName };
  const operator = createOperator({
    ...around,
    kube: main.client,
    electionKube: election.client,
    provider: simulatedCloud({ call, settings, around, kube: main.client }, lifecycle),
    options: settings,
    identity: `${hostname()}_${around.ids.uuid()}`,
    namespace: terminal.environment.SYSTEM_NAMESPACE ?? main.namespace,
    host: "0.0.0.0",
    version: { version: await packageVersion(), commit: "" },
  });
  lifecycle.start("controller", (own) => operator.run(own));
}

async function connectTo(
  { kubeconfig, context }: ControllerCall,
  options: OperatorOptions,
  { around, terminal }: { readonly around: Around; readonly terminal: Terminal },
): Promise<KubeconfigClient> {
  const limits = { ...around, qps: options.kubeClientQps, burst: options.kubeClientBurst };
  const listed = kubeconfig ?? terminal.environment.KUBECONFIG;
  try {
    if (listed === undefined || listed === "") return await inClusterClient(limits);
    const paths = listed.split(":").filter((path) => path !== "");
    return await clientFromKubeconfig({ paths }, { ...limits, ...(context === undefined ? {} : { context }) });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), undefined, { cause: error });
  }
}

/** The AWS provider on an account in this process; stand-in kubelets bring its machines into the cluster. */
function simulatedCloud(
  made: {
    readonly call: ControllerCall;
    readonly settings: OperatorOptions;
    readonly around: Around;
    readonly kube: KubeconfigClient["client"];
  },
  lifecycle: ReturnType<typeof createLifecycle>,
): ProviderFactory {
  const { call, settings, around, kube } = made;
  const { region } = call;
  const account = createSimulatedAccount({ ...around, region, clusterName: settings.clusterName });
  if (settings.mode === "apply") {
    lifecycle.start("stand-in kubelets", async (own) => {
      // The volumes part plays the EBS driver; the claims of other classes are not its business.
      const parts = ["kubelets", "volumes"] as const;
      await startStandIns(
        { ...around, kube, parts, kubelets: { machines: account.machines }, volumes: { makesDefaultClass: false } },
        own,
      ).done;
    });
  }
  const endpoint = settings.clusterEndpoint === "" ? kube.server : settings.clusterEndpoint;
  return awsProvider({
    clients: account.clients,
    options: awsProviderOptions(settings, { region, clusterEndpoint: endpoint }),
    kubernetesVersion: () => "1.34",
  });
}

async function packageVersion(): Promise<string> {
  const file = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { readonly version: string }).version;
}
