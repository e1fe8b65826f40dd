import type { KubeList } from "../../api/index.ts";
import { apiVersionOf } from "../../api/index.ts";
import type { ListOptions, WatchOptions } from "../../kube/index.ts";
import type { ApiObject } from "../store/api-object.ts";
import { decodeContinue, encodeContinue } from "../store/continue-token.ts";
import { parseFieldSelector } from "../store/field-selector.ts";
import { parseLabelSelector } from "../store/label-selector.ts";
import type { PageQuery } from "../store/object-table.ts";
import type { Selection } from "../store/selection.ts";
import type { Watcher } from "../store/watch-audience.ts";
import { WatchStream } from "../store/watch-stream.ts";
import { present, type ApiCore } from "./api-core.ts";
import { badRequest, expired } from "./faults.ts";
import { fieldReaders, type Served } from "./registry.ts";

type SelectionOptions = Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">;

/** Parses what a list or watch selects; bad selectors answer 400. */
export function selectionOf(served: Served, options: SelectionOptions): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  if (!labels.ok) throw badRequest(labels.message);
  const fields = parseFieldSelector(options.fieldSelector, fieldReaders(served.definition));
  if (!fields.ok) throw badRequest(fields.message);
  const scoped = served.definition.type.namespaced && options.namespace !== undefined && options.namespace !== "";
  return { labels: labels.value, fields: fields.value, ...(scoped ? { namespace: options.namespace } : {}) };
}

const expiredToken =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/** One page of objects in key order, consistent with the version of the first page. */
export function listObjects(served: Served, options: Omit<ListOptions, "signal">): KubeList<ApiObject> {
  const { type, listKind } = served.definition;
  const page = served.table.page({ ...selectionOf(served, options), ...pageOf(options) });
  if (page === undefined) throw expired(expiredToken);
  const items = served.storageVersion === type.version ? page.items : page.items.map((item) => present(served, item));
  return {
    apiVersion: apiVersionOf(type),
    kind: listKind,
    metadata: {
      resourceVersion: String(page.version),
      ...(page.lastKey === undefined ? {} : { continue: encodeContinue({ key: page.lastKey, version: page.version }) }),
      ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
    },
    items,
  };
}

function pageOf(options: Pick<ListOptions, "limit" | "continue">): Pick<PageQuery, "limit" | "after"> {
  const limit = options.limit === undefined || options.limit <= 0 ? {} : { limit: options.limit };
  if (!options.continue) return limit;
  const after = decodeContinue(options.continue);
  if (after === undefined) throw badRequest("continue key is not valid: it was not made by this server");
  return { ...limit, after };
}

/**
 * Opens a watch. Without a version (or at "0") it begins with an ADDED event per object; at a version it resumes, or
 * throws 410 Expired when the history no longer reaches back. `initialEvents` ends the first batch with a marked
 * bookmark (streaming lists).
 */
export function openWatch(
  core: ApiCore,
  served: Served,
  options: Omit<WatchOptions, "signal"> & { readonly initialEvents?: boolean },
): WatchStream {
  const selection = selectionOf(served, options);
  const stream = new WatchStream(() => expired("the watch was closed because its reader fell too far behind"));
  const watcher = {
    selection,
    stream,
    bookmarks: options.allowBookmarks ?? false,
    present: (object: ApiObject) => present(served, object),
  };
  const from = resumeVersion(options.resourceVersion);
  if (from === undefined || options.initialEvents) {
    const version = core.versions.current;
    for (const object of served.table.page(selection)?.items ?? []) {
      stream.push({ type: "ADDED", object: present(served, object), version });
    }
    if (options.initialEvents) stream.push({ type: "BOOKMARK", version, initialEventsEnd: true });
    served.table.watch(watcher, version);
  } else if (!served.table.watch(watcher, from)) {
    throw expired(`too old resource version: ${from} (${served.table.oldestVersion})`);
  }
  if (options.timeoutSeconds !== undefined && options.timeoutSeconds > 0) {
    stream.onClose(core.clock.after(options.timeoutSeconds * 1000, () => endInTime(core, watcher)));
  }
  return stream;
}

/** The last word of a watch that asked for bookmarks is where the next one resumes. */
function endInTime(core: ApiCore, { stream, bookmarks }: Watcher): void {
  if (bookmarks) stream.push({ type: "BOOKMARK", version: core.versions.current, initialEventsEnd: false });
  stream.end();
}

function resumeVersion(text: string | undefined): number | undefined {
  if (text === undefined || text === "" || text === "0") return undefined;
  if (!/^\d+$/.test(text))
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}
