import { clientFromKubeconfig, inClusterClient, type KubeconfigClient } from "../kube/index.ts";
import type { Clock, Logger, MetricsRegistry, Random } from "../platform/index.ts";
import { CliError } from "./cli-error.ts";

export interface ConnectOptions {
  /** Files as `KUBECONFIG` lists them; the service account of the pod that this process runs in when absent. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly around: {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metrics: MetricsRegistry;
  };
  /** Where a pod finds its API server. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Requests a second, and at once. */
  readonly limits: { readonly qps: number; readonly burst: number };
}

/** What stand-ins may ask of a server: kubelets of a real cluster are many, and none waits for another. */
export const standInLimits = Object.freeze({ qps: 500, burst: 1_000 });

/** A client of a cluster that exists; whatever is wrong with its kubeconfig is the user's to mend. */
export async function connectTo({
  kubeconfig,
  context,
  environment,
  around,
  limits,
}: ConnectOptions): Promise<KubeconfigClient> {
  const settings = { ...around, ...limits };
  try {
    if (kubeconfig === undefined || kubeconfig === "") return await inClusterClient(settings, environment);
    const paths = kubeconfig.split(":").filter((path) => path !== "");
    return await clientFromKubeconfig({ paths }, { ...settings, ...(context === undefined ? {} : { context }) });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), undefined, { cause: error });
  }
}
