import type { Operator } from "../../operator/index.ts";
import { type HttpServer, renderStatusPage, startHttpServer } from "../../server/index.ts";
import { listenError } from "./listen-error.ts";
import type { Surroundings } from "./surroundings.ts";
import { statusState } from "./status-state.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

/** Serves the status page, its data, the metrics and the decisions on loopback. */
export async function openStatusServer(options: {
  readonly port: number;
  readonly around: Surroundings;
  readonly operator: Operator;
  readonly pricePerHour: () => number;
  readonly watched: WatchedCluster;
  readonly kubeconfig: string;
}): Promise<HttpServer> {
  const { port, around, operator, pricePerHour, watched, kubeconfig } = options;
  const state = () =>
    statusState({
      now: around.clock.now(),
      snapshot: operator.snapshot(),
      cluster: watched,
      decisions: operator.decisions.list(),
      pricePerHour: pricePerHour(),
      hints: [`export KUBECONFIG=${kubeconfig}\nkubectl get nodes,nodeclaims,pods -A`],
    });
  const result = await startHttpServer({
    host: "127.0.0.1",
    port,
    log: around.log,
    route: async (path) => {
      if (path === "/") return { status: 200, contentType: "text/html", body: renderStatusPage(state()) };
      if (path === "/status.json")
        return { status: 200, contentType: "application/json", body: `${JSON.stringify(state())}\n` };
      if (path === "/metrics")
        return { status: 200, contentType: "text/plain; version=0.0.4", body: await around.metrics.expose() };
      return undefined;
    },
  });
  if (!result.ok) throw listenError(result.failure, "--http-port");
  return result.value;
}
