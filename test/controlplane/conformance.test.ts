/** The conformance suite of `kube` on the server whose behaviour it describes, through our own client. */
import { afterAll, beforeAll, inject } from "vitest";
import { kubeConformance } from "../../src/kube/conformance/index.ts";
import { clientFromKubeconfig } from "../../src/kube/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { createSurroundings } from "./surroundings.ts";

const around = createSurroundings();
let controlPlane: ControlPlane | undefined;
beforeAll(async () => {
  // Alone with its store: controllers would change the objects that the cases look at.
  controlPlane = await startControlPlane({ binaries: inject("binaries"), parts: ["etcd", "kube-apiserver"] });
});
afterAll(() => controlPlane?.stop());

for (const http2 of [false, true]) {
  kubeConformance({
    name: `kube-apiserver over ${http2 ? "HTTP/2" : "HTTP/1.1"}`,
    makeServer: async () => {
      const path = controlPlane?.kubeconfig ?? "";
      const { client } = await clientFromKubeconfig({ path }, { ...around, http2 });
      return { client, close: () => client.close() };
    },
  });
}
