import { serviceType } from "../api/index.ts";
import type { KubeClient } from "../kube/index.ts";
import type { Logger, MetricsRegistry } from "../platform/index.ts";
import { type ClusterVersion, createClusterVersion, describeEksCluster } from "../provider-aws/index.ts";
import type { AwsClients } from "../provider-aws/contract/index.ts";
import { createAwsClients, discoverRegion } from "../provider-aws/sdk/index.ts";
import { awsProvider, awsProviderOptions } from "./aws.ts";
import type { OperatorOptions } from "./options.ts";
import type { ProviderFactory } from "./provider-wiring.ts";

export interface AwsAccountSetup {
  readonly options: OperatorOptions;
  readonly kube: KubeClient;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** Of this product; goes into the user agent. */
  readonly version: string;
  /** Base64 CA of the API server, from the connection to it, where no option states one. */
  readonly caBundle?: string;
  /** What the API server calls its version: `v1.34.2`. Asked again every five minutes; EKS is asked when absent. */
  readonly serverVersion?: (options: { readonly signal: AbortSignal }) => Promise<string>;
  /** Found out when absent. */
  readonly region?: string;
  /** In place of the SDK's. */
  readonly clients?: AwsClients;
}

const versionMilliseconds = 5 * 60_000;

/**
 * A real account: looks up what the options leave open, in the order of the chapter, and rejects with words for a person
 * when something that cannot be done without is missing (spec: aws 6.4, steps 1, 3, 4, 6 and 7). The provider's own start
 * does the rest: reachability, zonal shifts, instance types.
 */
export async function connectAwsAccount(
  setup: AwsAccountSetup,
  run: { readonly signal: AbortSignal },
): Promise<ProviderFactory> {
  const { options, log, version, metrics } = setup;
  if (options.clusterName === "") throw new Error("no cluster name: set CLUSTER_NAME or --cluster-name");
  const region = setup.region ?? (await discoverRegion(run));
  const clients =
    setup.clients ?? (await createAwsClients({ region, version, metrics, zonalShift: options.enableZonalShift }));
  const eksFacts = (): ReturnType<typeof describeEksCluster> =>
    describeEksCluster(clients.eks, options.clusterName, run);
  const clusterEndpoint =
    options.clusterEndpoint === "" ? await endpointOf(eksFacts, options.clusterName) : options.clusterEndpoint;
  const clusterDns = await clusterDnsOf(setup.kube, log, run.signal);
  const kubernetes = clusterVersionOf(setup, clients);
  await kubernetes.refresh(run);
  const caBundle =
    options.clusterCaBundle === "" ? (setup.caBundle ?? (await eksFacts()).caBundle) : options.clusterCaBundle;
  const provider = awsProvider({
    clients,
    kubernetesVersion: () => kubernetes.current(),
    overlays: options.featureGates["NodeOverlay"] === true,
    options: {
      ...awsProviderOptions(options, {
        region,
        clusterEndpoint,
        ...(caBundle === undefined ? {} : { clusterCaBundle: caBundle }),
        ...(clusterDns === undefined ? {} : { clusterDns }),
      }),
      tagInstances: true,
      watchInstanceStatus: true,
      offeringMetrics: true,
    },
  });
  return withVersion(provider, kubernetes);
}

function clusterVersionOf({ options, serverVersion, log }: AwsAccountSetup, { eks }: AwsClients): ClusterVersion {
  const askEks = async (run: { readonly signal: AbortSignal }): Promise<string> => {
    const { version } = await describeEksCluster(eks, options.clusterName, run);
    if (version === undefined) throw new Error(`EKS tells no version of the cluster "${options.clusterName}"`);
    return version;
  };
  return createClusterVersion({ ask: options.eksControlPlane ? askEks : (serverVersion ?? askEks), log });
}

async function endpointOf(
  ask: () => Promise<{ readonly endpoint?: string | undefined }>,
  clusterName: string,
): Promise<string> {
  const { endpoint } = await ask();
  if (endpoint !== undefined) return endpoint;
  throw new Error(
    `EKS tells no endpoint of the cluster "${clusterName}"; set CLUSTER_ENDPOINT to the URL that nodes reach the API at`,
  );
}

/** Nodes can do without; they then use what their image takes for the address of the cluster's DNS. */
async function clusterDnsOf(kube: KubeClient, log: Logger, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { spec } = await kube.get(serviceType, { namespace: "kube-system", name: "kube-dns" }, { signal });
    const { clusterIP } = (spec ?? {}) as { readonly clusterIP?: string };
    return clusterIP;
  } catch (error) {
    signal.throwIfAborted();
    log.info("no address of kube-dns: user data will name none, and IPv4 is assumed", { error });
    return undefined;
  }
}

/** The provider, with a loop that keeps the version fresh. */
const withVersion =
  (provider: ProviderFactory, kubernetes: ClusterVersion): ProviderFactory =>
  (context) => {
    const wiring = provider(context);
    const { clock, log } = context;
    const run = async (signal: AbortSignal): Promise<void> => {
      while (!signal.aborted) {
        try {
          await clock.sleep(versionMilliseconds, { signal });
          await kubernetes.refresh({ signal });
        } catch (error) {
          if (signal.aborted) return;
          log.error("cannot ask for the version of the cluster, keeping the one that is known", { error });
        }
      }
    };
    return { ...wiring, background: [...(wiring.background ?? []), { name: "providers.version", run }] };
  };
