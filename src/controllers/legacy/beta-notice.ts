import { type KubeObject, nodePoolType, resourceType } from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import { type Clock, type Logger, runEvery } from "../../platform/index.ts";

const betaPoolType = resourceType<KubeObject>("karpenter.sh/v1beta1", "NodePool", "nodepools", "Cluster");
const lookMilliseconds = 5 * 60_000;
const namesTold = 5;

/**
 * Pools of Karpenter 0.32 to 0.37 in a cluster that does not serve v1 are seen by nobody: says so, with their version and
 * the command that converts them, whenever there are others than before. Where v1 is served they are served by it.
 */
export async function tellBetaPools(
  deps: { readonly kube: KubeClient; readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { kube, clock, log } = deps;
  let told = "";
  const look = async (): Promise<void> => {
    if (!(await kube.isServed(betaPoolType, { signal })) || (await kube.isServed(nodePoolType, { signal }))) return;
    const names = (await kube.list(betaPoolType, { signal })).items
      .map(({ metadata }) => metadata.name ?? "")
      .toSorted();
    if (names.length === 0 || names.join() === told) return;
    told = names.join();
    log.error("nodepools of karpenter.sh/v1beta1 are not served: convert them to v1", {
      apiVersion: "karpenter.sh/v1beta1",
      count: names.length,
      NodePools: names.slice(0, namesTold),
      command: "karpenter convert --kubeconfig FILE > v1.yaml",
    });
  };
  const onError = (error: unknown): void => {
    // What may not be listed cannot be told of; the rights of the chart allow it.
    if (!isKubeFault(error, "Forbidden")) log.error("cannot look for pools of v1beta1", { error });
  };
  await runEvery({ clock, milliseconds: lookMilliseconds, onError }, look, signal);
}
