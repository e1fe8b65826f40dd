import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeconfigClient } from "../../kube/index.ts";
import {
  createOperator,
  kwokProvider,
  type OperatorOptions,
  parseOptions,
  type ProviderFactory,
  withSettingsMap,
} from "../../operator/index.ts";
import {
  createLifecycle,
  createLogger,
  createMetricsRegistry,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
  type Lifecycle,
  openLogDestination,
} from "../../platform/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { readInstanceTypes } from "../clouds/instance-types.ts";
import { connectTo } from "../connect.ts";
import type { Terminal } from "../terminal.ts";
import { openAwsCloud } from "./aws-cloud.ts";
import type { Around, CloudSetup, ControllerCall } from "./controller-call.ts";

/** Runs until stopped; resolves with the exit code. */
export async function runController(call: ControllerCall, terminal: Terminal): Promise<number> {
  const parsed = parseOptions(call.flags, terminal.environment);
  if (!parsed.ok) throw new CliError(parsed.failure.errors.join("\nkarpenter: "));
  const { options, warnings } = parsed.value;
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

function surroundings(options: OperatorOptions): Around {
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

async function start({ call, options, around, terminal }: Start, lifecycle: Lifecycle): Promise<void> {
  const { environment } = terminal;
  const { kubeconfig = environment.KUBECONFIG, context } = call;
  const limits = { qps: options.kubeClientQps, burst: options.kubeClientBurst };
  const connect = (): Promise<KubeconfigClient> => connectTo({ kubeconfig, context, environment, around, limits });
  // The lease has a client of its own: sharing a rate limit has lost leadership under load.
  const [main, election] = await Promise.all([connect(), connect()]);
  lifecycle.onStop("connections", async () => {
    await main.client.close();
    await election.client.close();
  });
  const namespace = environment.SYSTEM_NAMESPACE ?? main.namespace;
  const told =
    call.cloud === "aws" ? await settingsOf({ options, around, kube: main.client, namespace }, lifecycle) : options;
  const settings = { ...told, clusterName: told.clusterName === "" ? "karpenter-ts" : told.clusterName };
  const operator = createOperator({
    ...around,
    kube: main.client,
    electionKube: election.client,
    schemas: (type, calling) => main.client.schemaOf(type, calling),
    provider: await providerOf({ call, settings, around, kube: main.client }, lifecycle),
    options: settings,
    identity: `${hostname()}_${around.ids.uuid()}`,
    namespace,
    host: "0.0.0.0",
    version: { version: await packageVersion(), commit: "" },
  });
  lifecycle.start("controller", (own) => operator.run(own));
}

/** What an account cannot do without may stand in the settings map of an older installation. */
async function settingsOf(
  setup: Pick<CloudSetup, "around" | "kube"> & { readonly options: OperatorOptions; readonly namespace: string },
  { signal }: Lifecycle,
): Promise<OperatorOptions> {
  const { options, around, kube, namespace } = setup;
  const settings = await withSettingsMap(options, { kube, namespace, log: around.log }, { signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw new CliError(error instanceof Error ? error.message : String(error), undefined, { cause: error });
    },
  );
  if (settings.clusterName !== "") return settings;
  throw new CliError(
    "no cluster name: set CLUSTER_NAME or --cluster-name, or try --cloud simulated, which needs no account",
  );
}

async function providerOf(setup: CloudSetup, lifecycle: Lifecycle): Promise<ProviderFactory> {
  if (setup.call.cloud === "kwok") {
    return kwokProvider({ instanceTypes: await readInstanceTypes(setup.settings.instanceTypesFilePath) });
  }
  if (setup.call.cloud === "aws") return openAwsCloud(setup, { lifecycle, version: await packageVersion() });
  // Loaded when wanted: nothing of a simulated account goes with a real cluster.
  const { openSimulatedCloud } = await import("./simulated-cloud.ts");
  return openSimulatedCloud(setup, lifecycle);
}

async function packageVersion(): Promise<string> {
  const file = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { readonly version: string }).version;
}
