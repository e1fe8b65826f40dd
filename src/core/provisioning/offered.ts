import type { Catalogue } from "../catalogue/catalogue.ts";
import { createRequirementTable, type RequirementTable } from "../catalogue/requirement-table.ts";
import { createResourceSpace, type ResourceSpace } from "../catalogue/resource-space.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PoolView } from "../cluster/views.ts";
import { buildDaemonGroups, buildTemplateRoom, type TemplateRoom } from "./daemon-groups.ts";
import { buildDaemons, type Daemon } from "./daemons.ts";
import type { ResolvedOptions } from "./options.ts";
import { buildTemplate, selectPools, type Template } from "./template.ts";

/** What pools offer, whatever stands and waits: nothing of it is changed by a solve, but sets and resources are added. */
export interface Offered {
  readonly table: RequirementTable;
  readonly space: ResourceSpace;
  readonly daemons: readonly Daemon[];
  readonly templates: readonly Template[];
  /** By template. */
  readonly rooms: readonly TemplateRoom[];
}

/** Laid out anew, or as the caller's cache has kept it for the same pools, types and daemons. */
export function offeredOf(snapshot: ClusterSnapshot, options: ResolvedOptions): Offered {
  const views = selectPools(snapshot).filter(({ key }) => (snapshot.instanceTypes.get(keyText(key))?.length ?? 0) > 0);
  const lists = [...new Set(views.flatMap(({ key }) => [snapshot.instanceTypes.get(keyText(key)) ?? []]))];
  const catalogue = options.catalogueCache.compiled(lists);
  const make = (): Offered => layOut(snapshot, { views, catalogue, options });
  const { pools, instanceTypes, daemonSets, daemonPods } = snapshot;
  const { labelRules, minValuesPolicy, ignoreResourceClaims } = options;
  const from = [catalogue, pools, instanceTypes, daemonSets, daemonPods, labelRules, minValuesPolicy];
  return options.catalogueCache.kept?.([...from, ignoreResourceClaims], make) ?? make();
}

function layOut(
  snapshot: ClusterSnapshot,
  from: { readonly views: readonly PoolView[]; readonly catalogue: Catalogue; readonly options: ResolvedOptions },
): Offered {
  const { views, catalogue, options } = from;
  const table = createRequirementTable(catalogue, options.labelRules.wellKnown);
  const space = createResourceSpace(catalogue.resources);
  const daemons = buildDaemons(snapshot, options);
  const templates = views.map((view, index) => buildTemplate(view, index, { table, snapshot, options }));
  const rooms = templates.map((template) =>
    buildTemplateRoom(template, buildDaemonGroups(template, daemons, table), { table, space }),
  );
  return { table, space, daemons, templates, rooms };
}
