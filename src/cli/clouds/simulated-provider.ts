import type { SimulatedAccount } from "../../local/index.ts";
import { awsProvider, awsProviderOptions, type OperatorOptions, type ProviderFactory } from "../../operator/index.ts";

/** The cluster that machines of a simulated account join. */
export interface JoinedCluster {
  /** URL of the API server. */
  readonly server: string;
  /** Base64 of the PEM of its authority, where it is known. */
  readonly caBundle?: string;
  /** `1.34`: what the API server says of itself. */
  readonly kubernetesVersion: string;
}

type AwsOverrides = Partial<ReturnType<typeof awsProviderOptions>>;

/** The AWS provider on an account in this process. */
export function simulatedProvider(
  account: SimulatedAccount,
  cluster: JoinedCluster,
  settings: { readonly options: OperatorOptions; readonly overrides?: AwsOverrides },
): ProviderFactory {
  const { options, overrides = {} } = settings;
  const place = {
    region: account.region,
    clusterEndpoint: options.clusterEndpoint === "" ? cluster.server : options.clusterEndpoint,
    ...(cluster.caBundle === undefined ? {} : { clusterCaBundle: cluster.caBundle }),
  };
  return awsProvider({
    clients: account.clients,
    options: { ...awsProviderOptions(options, place), ...overrides },
    kubernetesVersion: () => cluster.kubernetesVersion,
  });
}
