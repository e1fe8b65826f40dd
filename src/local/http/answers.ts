/** Objects and lists in the form that was asked for: whole, metadata only, or as a table. */
import type { KubeList } from "../../api/index.ts";
import type { Served } from "../apiserver/registry.ts";
import type { ApiObject } from "../store/api-object.ts";
import { sendJson, sendList } from "./exchange.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { includeOf, metadataOnly, metaVersion } from "./row-content.ts";
import { scaleColumns, tableOf, tableWith } from "./table.ts";

export async function sendObject(
  { exchange, answer, core }: ResourceRequest,
  served: Served,
  { object, code }: { readonly object: ApiObject; readonly code: number },
): Promise<void> {
  if (answer.form === "metadata") return sendJson(exchange, code, metadataOnly(object));
  if (answer.form !== "table") return sendJson(exchange, code, object);
  const { resourceVersion } = object.metadata;
  const table = tableOf(served.definition, {
    items: [object],
    now: core.clock.now(),
    include: includeOf(exchange.query),
  });
  sendJson(exchange, code, { ...table, metadata: { resourceVersion } });
}

/** The scale of an object, as itself or as a row of its own columns. */
export function sendScale({ exchange, answer, core }: ResourceRequest, scale: ApiObject): void {
  if (answer.form !== "table") return sendJson(exchange, 200, scale);
  const { resourceVersion } = scale.metadata;
  const content = { items: [scale], now: core.clock.now(), include: includeOf(exchange.query) };
  sendJson(exchange, 200, { ...tableWith(scaleColumns, content), metadata: { resourceVersion } });
}

export async function sendCollection(
  { exchange, answer, core }: ResourceRequest,
  served: Served,
  found: KubeList<ApiObject>,
): Promise<void> {
  const { items, ...head } = found;
  if (answer.form === "metadata") {
    const list = { kind: "PartialObjectMetadataList", apiVersion: metaVersion, metadata: head.metadata };
    return sendList(exchange, list, { member: "items", items: items.map(metadataOnly) });
  }
  if (answer.form !== "table") return sendList(exchange, head, { member: "items", items });
  const { rows, ...table } = tableOf(served.definition, {
    items,
    now: core.clock.now(),
    include: includeOf(exchange.query),
  });
  return sendList(exchange, { ...table, metadata: head.metadata }, { member: "rows", items: rows });
}
