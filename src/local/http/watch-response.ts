/** Watches over HTTP: one JSON line per event, sent as they come, until the client or the server ends them. */
import { KubeFault, type WatchOptions } from "../../kube/index.ts";
import { apiVersionOf } from "../../api/index.ts";
import { openWatch } from "../apiserver/read.ts";
import type { Served } from "../apiserver/registry.ts";
import type { StreamEvent, WatchStream } from "../store/watch-stream.ts";
import { statusOf, untilDrained } from "./exchange.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { includeOf, metadataOnly } from "./row-content.ts";
import { tableOf } from "./table.ts";

/** Time after which a watch ends that names none: half an hour, as the least of kube-apiserver. */
const defaultSeconds = 1800;

export async function streamWatch(
  request: ResourceRequest,
  served: Served,
  selection: Pick<WatchOptions, "namespace" | "labelSelector" | "fieldSelector">,
): Promise<void> {
  const { exchange, core } = request;
  const { query, response } = exchange;
  const version = query.get("resourceVersion") ?? undefined;
  const stream = openWatch(core, served, {
    ...selection,
    ...(version === undefined ? {} : { resourceVersion: version }),
    allowBookmarks: query.get("allowWatchBookmarks") === "true",
    timeoutSeconds: Number(query.get("timeoutSeconds")) || defaultSeconds,
    initialEvents: query.get("sendInitialEvents") === "true",
  });
  response.on("close", () => stream.end());
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  await pump(request, served, stream);
}

/** Events sent in one go before the thread is given back. */
const slice = 200;

async function pump(request: ResourceRequest, served: Served, stream: WatchStream): Promise<void> {
  const { exchange } = request;
  const { response } = exchange;
  const line = lineWriter(request, served);
  try {
    for (let count = 1; ; count += 1) {
      const event = stream.take() ?? (await stream.next());
      if (event === undefined || response.destroyed) break;
      const drained = response.write(line(event));
      if (!drained) await untilDrained(exchange);
      else if (count % slice === 0) await exchange.pause();
    }
  } catch (error) {
    if (!(error instanceof KubeFault)) throw error;
    response.write(`${JSON.stringify({ type: "ERROR", object: error.status ?? statusOf(error) })}\n`);
  }
  response.end();
}

function lineWriter({ answer, exchange, core }: ResourceRequest, served: Served): (event: StreamEvent) => string {
  const { definition } = served;
  const include = includeOf(exchange.query);
  let first = true;
  const shown = (object: Parameters<typeof metadataOnly>[0]): unknown => {
    if (answer.form === "metadata") return metadataOnly(object);
    if (answer.form !== "table") return object;
    const table = tableOf(definition, { items: [object], now: core.clock.now(), include });
    const columns = first ? table.columnDefinitions : [];
    first = false;
    return { ...table, columnDefinitions: columns, metadata: { resourceVersion: object.metadata.resourceVersion } };
  };
  return (event) => {
    if (event.type !== "BOOKMARK") return `${JSON.stringify({ type: event.type, object: shown(event.object) })}\n`;
    return `${JSON.stringify({ type: "BOOKMARK", object: bookmark(event, answer.form === "table") })}\n`;
  };

  function bookmark(event: Extract<StreamEvent, { type: "BOOKMARK" }>, asTable: boolean): unknown {
    const annotations = event.initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
    const metadata = { resourceVersion: String(event.version), ...annotations };
    if (!asTable) return { apiVersion: apiVersionOf(definition.type), kind: definition.type.kind, metadata };
    return { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, columnDefinitions: [], rows: [] };
  }
}
