/** Recorded provisioning cases as snapshots (corpus/README.md, "case"). */
import { readFileSync } from "node:fs";
import type { DaemonSet, Node, NodeClaim, NodePool, Pod } from "../../src/api/index.ts";
import { type ClusterSnapshot, keyText, type PoolView } from "../../src/core/index.ts";
import { type CatalogueUse, instanceTypesOf, readCatalogue } from "./read-catalogue.ts";

export interface RecordedCase {
  readonly name: string;
  readonly now: string;
  readonly catalogue: CatalogueUse;
  readonly nodePools: readonly NodePool[];
  readonly pendingPods: readonly Pod[];
  readonly daemonSets?: readonly DaemonSet[];
  readonly nodes?: readonly Node[];
  readonly nodeClaims?: readonly NodeClaim[];
  readonly boundPods?: readonly Pod[];
}

export interface RecordedResult {
  readonly stats: { readonly scheduled: number; readonly newNodeClaims: number; readonly totalCheapestPrice: number };
  readonly bound?: { readonly lpPerClass: number; readonly greedyFeasible: number; readonly greedyNodes: number };
}

export function readCase(
  folder: string,
  path: string,
): { readonly case: RecordedCase; readonly result: RecordedResult } {
  return JSON.parse(readFileSync(`${folder}/${path}`, "utf8")) as { case: RecordedCase; result: RecordedResult };
}

export function snapshotOf(folder: string, recorded: RecordedCase): ClusterSnapshot {
  const types = instanceTypesOf(readCatalogue(folder, recorded.catalogue.ref), recorded.catalogue);
  const pools = recorded.nodePools.map(poolView);
  return {
    version: 1,
    pools,
    instanceTypes: new Map(pools.map(({ key }) => [keyText(key), types])),
    nodes: [],
    pendingPods: recorded.pendingPods,
    daemonSets: recorded.daemonSets ?? [],
    daemonPods: new Map(),
    podDisruptionBudgets: [],
    persistentVolumeClaims: new Map(),
    persistentVolumes: new Map(),
    storageClasses: new Map(),
    csiNodes: new Map(),
    namespaceLabels: new Map(),
  };
}

function poolView(pool: NodePool): PoolView {
  const { kind, name } = pool.spec.template.spec.nodeClassRef;
  return { key: { kind: "NodePool", name: pool.metadata.name ?? "" }, classKey: { kind, name }, pool };
}
