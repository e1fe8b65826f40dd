import { createDashboard, type Operator } from "../../operator/index.ts";
import { type FleetFeed, type HttpServer, renderStatusPage, startHttpServer } from "../../server/index.ts";
import { listenError } from "./listen-error.ts";
import type { Surroundings } from "./surroundings.ts";
import { statusState } from "./status-state.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

export interface StatusServerOptions {
  readonly port: number;
  readonly around: Surroundings;
  readonly operator: Operator;
  readonly pricePerHour: () => number;
  readonly watched: WatchedCluster;
  readonly kubeconfig: string;
}

export interface StatusServer extends HttpServer {
  /** What the dashboard shows, to be kept up to date by whoever opened the server. */
  readonly feed: FleetFeed;
}

/**
 * Serves the dashboard on loopback, and beside it the plain status page, its data and the metrics. Where the dashboard was
 * not built, the status page stands in its place.
 */
export async function openStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { port, around, operator } = options;
  const { feed, handler } = await createDashboard({
    clock: around.clock,
    title: "karpenter-ts: the embedded cluster",
    snapshot: () => operator.snapshot(),
    decisions: operator.decisions,
  });
  const result = await startHttpServer({
    host: "127.0.0.1",
    port,
    log: around.log,
    ...(handler === undefined ? {} : { handler }),
    route: statusRoute(options, handler === undefined ? "/" : "/status"),
  });
  if (!result.ok) throw listenError(result.failure, "--http-port");
  return { ...result.value, feed };
}

function statusRoute(options: StatusServerOptions, pagePath: string): Parameters<typeof startHttpServer>[0]["route"] {
  const { around, operator, pricePerHour, watched, kubeconfig } = options;
  const state = () =>
    statusState({
      now: around.clock.now(),
      snapshot: operator.snapshot(),
      cluster: watched,
      decisions: operator.decisions.list(),
      pricePerHour: pricePerHour(),
      hints: [`export KUBECONFIG=${kubeconfig}\nkubectl get nodes,nodeclaims,pods -A`],
    });
  return async (path) => {
    if (path === pagePath) return { status: 200, contentType: "text/html", body: renderStatusPage(state()) };
    if (path === "/status.json")
      return { status: 200, contentType: "application/json", body: `${JSON.stringify(state())}\n` };
    if (path === "/metrics")
      return { status: 200, contentType: "text/plain; version=0.0.4", body: await around.metrics.expose() };
    return undefined;
  };
}
