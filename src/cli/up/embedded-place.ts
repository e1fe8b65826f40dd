import { isFakeNode, kubernetesVersion, startEmbeddedCluster, type EmbeddedCluster } from "../../local/index.ts";
import type { Lifecycle } from "../../platform/index.ts";
import { openApiEndpoint } from "./api-endpoint.ts";
import type { UpOptions } from "./options.ts";
import type { UpPlace } from "./place.ts";
import type { Surroundings } from "./surroundings.ts";
import { writeKubeconfig } from "./write-kubeconfig.ts";

/** Boots the embedded cluster and serves its API; both end in their turn when the lifecycle stops. */
export async function openEmbeddedPlace(
  options: UpOptions,
  around: Surroundings,
  lifecycle: Lifecycle,
): Promise<UpPlace> {
  const cluster = await startCluster(options, around, lifecycle);
  const endpoint = await openApiEndpoint({ cluster, around, port: options.apiPort });
  lifecycle.onStop("API endpoint", () => endpoint.close());
  await writeKubeconfig(options.kubeconfigOut, endpoint.kubeconfig);
  return {
    kube: cluster.kube,
    controllerKube: endpoint.client,
    electionKube: endpoint.client,
    server: endpoint.url,
    caBundle: endpoint.caBundle,
    kubernetesVersion,
    kubeconfig: options.kubeconfigOut,
    account: cluster.account,
    typeOf: (apiVersion, kind) => Promise.resolve(cluster.typeOf(apiVersion, kind)),
    started: cluster.started,
  };
}

/** As long as a kube-apiserver keeps them by default (`--event-ttl`). */
const eventRetentionMilliseconds = 3_600_000;

/** The cluster ends in its turn, after those who use it: it runs on a signal of its own, not on the lifecycle's. */
async function startCluster(options: UpOptions, around: Surroundings, lifecycle: Lifecycle): Promise<EmbeddedCluster> {
  const booted = Promise.withResolvers<EmbeddedCluster>();
  lifecycle.start("embedded cluster", async (own) => {
    try {
      const settings = {
        ...around,
        region: options.region,
        clusterName: "karpenter-ts",
        eventRetentionMilliseconds,
        ...(options.cloud === "kwok" ? { adopts: isFakeNode } : {}),
      };
      const cluster = await startEmbeddedCluster(settings, own);
      booted.resolve(cluster);
      await cluster.done;
    } catch (error) {
      booted.reject(error);
      throw error;
    }
  });
  return booted.promise;
}
