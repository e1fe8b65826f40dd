import type { PodClass } from "../pods/pod-class.ts";
import { createRequirementTable } from "../catalogue/requirement-table.ts";
import { createResourceSpace } from "../catalogue/resource-space.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Pool } from "./claim.ts";
import { buildDaemonGroups, buildTemplateRoom } from "./daemon-groups.ts";
import { buildDaemons, type Daemon } from "./daemons.ts";
import { buildNodeSlots } from "./node-slots.ts";
import { buildTopology } from "./build-topology.ts";
import type { ResolvedOptions } from "./options.ts";
import { poolLimits } from "./pool-limits.ts";
import type { Session } from "./session.ts";
import { buildTemplate, selectPools, type Template } from "./template.ts";
import { askedKeysOf, groupWorkloads, type Workload, type WorkloadContext } from "./workload.ts";

/** Lays a snapshot out for solving (scheduling 4.1). `classes` are those that passed validation. Yields work done. */
export function* buildSession(
  snapshot: ClusterSnapshot,
  classes: readonly PodClass[],
  options: ResolvedOptions,
): Generator<number, Session> {
  const views = selectPools(snapshot).filter(({ key }) => (snapshot.instanceTypes.get(keyText(key))?.length ?? 0) > 0);
  const lists = [...new Set(views.flatMap(({ key }) => [snapshot.instanceTypes.get(keyText(key)) ?? []]))];
  const catalogue = options.catalogueCache.compiled(lists);
  yield catalogue.rowCount;
  const table = createRequirementTable(catalogue, options.labelRules.wellKnown);
  const space = createResourceSpace(catalogue.resources);
  const daemons = buildDaemons(snapshot, options);
  const templates = views.map((view, index) => buildTemplate(view, index, { table, snapshot, options }));
  const pools = templates.map((template) => poolOf(template, { snapshot, daemons, table, space }));
  yield catalogue.rowCount;
  const workloadContext: WorkloadContext = {
    table,
    space,
    topology: buildTopology({ snapshot, options, classes, templates }),
    relaxation: {
      preferences: options.preferencePolicy === "Respect",
      preferNoSchedule: templates.some(({ taints }) => taints.some(({ effect }) => effect === "PreferNoSchedule")),
    },
    storage: snapshot,
  };
  yield classes.length;
  const workloads = yield* groupWorkloads(classes, workloadContext);
  const nodes = buildNodeSlots(snapshot, {
    daemons,
    space,
    askedKeys: askedKeys(workloads, daemons),
  });
  yield nodes.slots.length;
  return {
    snapshot,
    options,
    table,
    space,
    daemons,
    pools: pools.filter(({ template }) => template.excluded === undefined),
    excluded: templates.filter(({ excluded }) => excluded !== undefined),
    nodes,
    workloads,
    workloadContext,
    claims: [],
    placed: new Int32Array(workloads.length),
    nominated: [],
    work: {
      pods: workloads.reduce((sum, { pods }) => sum + pods.length, 0),
      workloads: workloads.length,
      instanceTypeRows: catalogue.rowCount,
    },
    podPrices: new Map(),
    choices: new Map(),
    fits: templates.map(() => new Map()),
  };
}

function poolOf(template: Template, from: Pick<Session, "snapshot" | "daemons" | "table" | "space">): Pool {
  const groups = buildDaemonGroups(template, from.daemons, from.table);
  return {
    template,
    room: buildTemplateRoom(template, groups, from),
    limits: poolLimits(template.view, from.snapshot),
  };
}

function askedKeys(workloads: readonly Workload[], daemons: readonly Daemon[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { pods, stages } of workloads) {
    for (const pod of pods.slice(0, 1)) askedKeysOf(pod, keys);
    for (const required of stages[0]?.volumes ?? []) for (const key of required.keys()) keys.add(key);
  }
  for (const { alternatives } of daemons)
    for (const required of alternatives) for (const key of required.keys()) keys.add(key);
  return keys;
}
