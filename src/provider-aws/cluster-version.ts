import type { Logger } from "../platform/index.ts";
import type { EksClient } from "./contract/index.ts";
import { calling } from "./errors/index.ts";

/** Version of the cluster as `major.minor`, kept while it cannot be asked (spec: aws 7.6). */
export interface ClusterVersion {
  /** Throws before the first success. */
  current(): string;
  /** Rejects when nobody tells; what was known stays. */
  refresh(options: { readonly signal: AbortSignal }): Promise<void>;
}

const supportedMinors = { least: 26, most: 36 };

export function createClusterVersion(deps: {
  readonly ask: (options: { readonly signal: AbortSignal }) => Promise<string>;
  readonly log: Logger;
}): ClusterVersion {
  let known: string | undefined;
  return {
    current: () => {
      if (known === undefined) throw new Error("the version of the cluster has not been asked for yet");
      return known;
    },
    refresh: async (options) => {
      const version = majorMinor(await deps.ask(options));
      if (version === known) return;
      known = version;
      deps.log.debug("discovered the version of the cluster", { version });
      if (!isSupported(version))
        deps.log.error("this version of Kubernetes is not supported, going on all the same", {
          version,
          supported: `1.${supportedMinors.least} to 1.${supportedMinors.most}`,
        });
    },
  };
}

/** `v1.34.2-eks-1` and `1.34+` are `1.34`. */
function majorMinor(text: string): string {
  const [, version] = /^v?(\d+\.\d+)/.exec(text.replaceAll("+", "")) ?? [];
  if (version === undefined) throw new Error(`"${text}" is no version of Kubernetes; expected 1.34 or the like`);
  return version;
}

function isSupported(version: string): boolean {
  const [major, minor = 0] = version.split(".").map(Number);
  return major === 1 && minor >= supportedMinors.least && minor <= supportedMinors.most;
}

/** What EKS knows of a cluster that the controller was not told. */
export interface EksFacts {
  readonly endpoint?: string | undefined;
  readonly version?: string | undefined;
  readonly caBundle?: string | undefined;
}

export async function describeEksCluster(
  eks: EksClient,
  clusterName: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<EksFacts> {
  const { cluster } = await calling("EKS", "DescribeCluster", {
    signal,
    call: () => eks.describeCluster({ name: clusterName }, { signal }),
  });
  return { endpoint: cluster?.endpoint, version: cluster?.version, caBundle: cluster?.certificateAuthority?.data };
}
