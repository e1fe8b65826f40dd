import type { KubeClient } from "../../kube/index.ts";
import type { EmbeddedCluster } from "../../local/index.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where the API server is reached, and the controller's own way to it. */
export interface ApiEndpoint {
  readonly url: string;
  readonly kubeconfig: string;
  /** Base64 of the PEM of the certificate authority. */
  readonly caBundle: string;
  readonly client: KubeClient;
  close(): Promise<void>;
}

export async function openApiEndpoint(options: {
  readonly cluster: EmbeddedCluster;
  readonly around: Surroundings;
  readonly port: number;
}): Promise<ApiEndpoint> {
  return {
    url: "https://127.0.0.1:1",
    kubeconfig: "",
    caBundle: "",
    client: options.cluster.kube,
    close: async () => undefined,
  };
}
