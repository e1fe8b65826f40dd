/** The dashboard over a controller's own picture and decisions. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type AdviceDocument, adviceDocument, advise, objectRules, ofCluster } from "../advisor/index.ts";
import type { ClusterSnapshot } from "../core/index.ts";
import type { Clock, Lifecycle, Logger } from "../platform/index.ts";
import {
  createDashboardHandler,
  createFleetFeed,
  type FleetFeed,
  mostNodesExplained,
  readPageFiles,
  type RequestHandler,
  startHttpServer,
} from "../server/index.ts";
import { explain } from "../studies/index.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { OperatorOptions } from "./options.ts";

/** Where the package's build puts the page; the same from `src` and from `dist`. */
const pageFolder = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

export interface DashboardSource {
  readonly clock: Clock;
  readonly title: string;
  /** A controller that consolidates acts, as far as the page is concerned. */
  readonly mode?: Exclude<OperatorOptions["mode"], "consolidate">;
  readonly snapshot: () => ClusterSnapshot;
  readonly decisions: DecisionLog;
  readonly token?: () => Promise<string | undefined>;
  readonly prefix?: string;
}

export interface Dashboard {
  /** To be run by whoever serves the page: it looks what has changed. */
  readonly feed: FleetFeed;
  /** Undefined where the package was installed without its page. */
  readonly handler: RequestHandler | undefined;
}

export async function createDashboard(source: DashboardSource): Promise<Dashboard> {
  const page = await readPageFiles(pageFolder);
  const feed = createFleetFeed({ ...source, build: page.ok ? page.value.build : "none" });
  if (!page.ok) return { feed, handler: undefined };
  return {
    feed,
    handler: createDashboardHandler({
      ...source,
      feed,
      page: page.value,
      explain: explainedBy(source),
      findings: findingsOf(source),
    }),
  };
}

const tooLarge = `a fleet of more than ${mostNodesExplained} nodes is explained by the page itself, or by karpenter explain`;

const explainedBy =
  ({ snapshot }: DashboardSource) =>
  (object: string): { readonly found: boolean; readonly body: unknown } => {
    const picture = snapshot();
    if (picture.nodes.length > mostNodesExplained) return { found: false, body: { message: tooLarge } };
    const report = explain(picture, { object });
    return report.ok
      ? { found: true, body: report.value }
      : { found: false, body: { message: report.failure.message } };
  };

/** Best practices that the pools of now break. Pools are few, so that it is done at once. */
const findingsOf =
  ({ snapshot }: DashboardSource) =>
  (): AdviceDocument =>
    adviceDocument(advise({ cluster: ofCluster(snapshot().pools.map(({ pool }) => pool)) }, objectRules));

/** Serves the dashboard of a controller where its options ask for one. Beyond loopback it asks for its token. */
export async function startDashboard(
  source: Omit<DashboardSource, "title" | "mode" | "token" | "prefix"> & {
    readonly log: Logger;
    readonly options: OperatorOptions;
  },
  lifecycle: Lifecycle,
): Promise<string | undefined> {
  const { log, options } = source;
  const { dashboardPort: port, dashboardHost: host, dashboardTokenFile: file, dashboardPathPrefix: prefix } = options;
  if (port === 0) return undefined;
  const { feed, handler } = await createDashboard({
    ...source,
    title: `karpenter-ts: ${options.clusterName === "" ? "cluster" : options.clusterName}`,
    mode: options.mode === "consolidate" ? "apply" : options.mode,
    prefix,
    ...(file === "" ? {} : { token: () => tokenOf(file) }),
  });
  if (handler === undefined) {
    throw new Error(`--dashboard-port asks for a page that is not built: ${pageFolder} is empty; run npm run build`);
  }
  const server = await startHttpServer({ host, port, log, handler, route: () => undefined });
  if (!server.ok) throw new Error(`cannot serve the dashboard on ${host}:${port}: ${server.failure.kind}`);
  lifecycle.start("dashboard", (own) => feed.run(own));
  lifecycle.onStop("dashboard server", () => server.value.close());
  return server.value.url;
}

/** Read at each request, so that it can be changed without a restart; undefined lets nobody in. */
const tokenOf = (file: string): Promise<string | undefined> =>
  readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
