import { createHttpClient, type KubeClient } from "../../kube/index.ts";
import { answerFault, type EmbeddedCluster, type ExtensionCall } from "../../local/index.ts";
import { listenError } from "./listen-error.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where the API server is reached, and the controller's own way to it. */
export interface ApiEndpoint {
  readonly url: string;
  readonly kubeconfig: string;
  /** Base64 of the PEM of the certificate authority. */
  readonly caBundle: string;
  /** The controller's client: over HTTPS, as on a real cluster (docs/adr/0002). */
  readonly client: KubeClient;
  close(): Promise<void>;
}

export async function openApiEndpoint(options: {
  readonly cluster: EmbeddedCluster;
  readonly around: Surroundings;
  readonly port: number;
}): Promise<ApiEndpoint> {
  const { cluster, around, port } = options;
  const opened = await cluster.api.listen({ port, extension: (call) => answerExtension(cluster, call) });
  if (!opened.ok) throw listenError({ ...opened.failure, host: "127.0.0.1" }, "--api-port");
  const { url, token, certificateAuthority } = opened.value;
  const client = createHttpClient({ ...around, server: url, ca: certificateAuthority, token });
  return {
    url,
    kubeconfig: opened.value.kubeconfig(),
    caBundle: Buffer.from(certificateAuthority).toString("base64"),
    client,
    close: async () => {
      await client.close();
      await opened.value.close();
    },
  };
}

function answerExtension(cluster: EmbeddedCluster, { method, path, body }: ExtensionCall) {
  if (path !== "faults" || method !== "POST") return undefined;
  const answer = answerFault(cluster.account, body);
  return answer === undefined
    ? { code: 400, body: { done: false, message: "this is no fault that the cluster knows" } }
    : { code: 200, body: answer };
}
