/** The conformance suite of `kube` on the embedded server, in process and over HTTPS. */
import { kubeConformance } from "../../kube/conformance/index.ts";
import { createHttpClient } from "../../kube/index.ts";
import {
  createIds,
  createMetricsRegistry,
  createSeededRandom,
  createSystemClock,
  silentLogger,
} from "../../platform/index.ts";
import { createApiServer, type ApiServer } from "./server.ts";

const clock = createSystemClock();

const embedded = (): ApiServer => createApiServer({ clock, ids: createIds(createSeededRandom(11)) });

kubeConformance({
  name: "the embedded API server, in process,",
  makeServer: async () => {
    const server = embedded();
    return { client: server.client(), compact: async () => server.compact(), close: () => server.close() };
  },
});

kubeConformance({
  name: "the embedded API server, over HTTPS,",
  makeServer: async () => {
    const server = embedded();
    const opened = await server.listen();
    if (!opened.ok) throw new Error(opened.failure.message);
    const { url, certificateAuthority: ca, token } = opened.value;
    const random = createSeededRandom(12);
    const client = createHttpClient({
      server: url,
      ca,
      token,
      clock,
      random,
      log: silentLogger,
      metrics: createMetricsRegistry(),
    });
    return {
      client,
      compact: async () => server.compact(),
      close: async () => {
        await client.close();
        await server.close();
      },
    };
  },
});
