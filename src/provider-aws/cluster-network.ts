import type { Logger } from "../platform/index.ts";
import type { EksClient } from "./contract/index.ts";
import { calling } from "./errors/index.ts";

/** The service network of the cluster, asked for until known and then kept (spec: aws 1.5, 7.4 check 1). */
export interface ClusterNetwork {
  /** Rejects while EKS cannot tell. */
  cidr(options: { readonly signal: AbortSignal }): Promise<string | undefined>;
}

export function createClusterNetwork(deps: {
  readonly eks: EksClient;
  readonly clusterName: string;
  readonly log: Logger;
}): ClusterNetwork {
  let known: string | undefined;
  return {
    cidr: async ({ signal }) => {
      if (known !== undefined) return known;
      const { cluster } = await calling("EKS", "DescribeCluster", {
        signal,
        call: () => deps.eks.describeCluster({ name: deps.clusterName }, { signal }),
      });
      const network = cluster?.kubernetesNetworkConfig;
      known = network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr;
      if (known !== undefined) deps.log.debug("discovered cluster CIDR", { "cluster-cidr": known });
      return known;
    },
  };
}
