import type { Node } from "../../api/index.ts";
import { nodeType } from "../../api/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { conditionOf } from "../stand-ins/status-write.ts";

/** Plays an agent (a CNI or CSI DaemonSet, say) that makes a node usable and then takes its startup taint away. */
export interface StartupAgent {
  /** Key of the taint that it removes, whatever its value and effect. */
  readonly taintKey: string;
  /** From the moment at which the node is Ready and has the taint. */
  readonly delayMilliseconds: number;
}

export function createStartupAgents(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly agents: readonly StartupAgent[] },
): Controller {
  const { kube, clock } = context;
  const nodes = parts.caches.nodes();
  const view = createFreshView(nodes.store);
  const seenAt = new Map<string, number>();

  const waitFor = (node: Node, agent: StartupAgent): number => {
    const key = `${node.metadata.uid ?? ""}/${agent.taintKey}`;
    const since = seenAt.get(key) ?? clock.monotonic();
    seenAt.set(key, since);
    return since + agent.delayMilliseconds - clock.monotonic();
  };

  const reconcile = async (name: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const node = view.get(name);
    if (node === undefined || conditionOf(node.status?.conditions, "Ready")?.status !== "True") return undefined;
    const taints = node.spec.taints ?? [];
    const due = parts.agents
      .filter((agent) => taints.some((taint) => taint.key === agent.taintKey))
      .map((agent) => ({ agent, wait: waitFor(node, agent) }));
    const ready = new Set(due.filter(({ wait }) => wait <= 0).map(({ agent }) => agent.taintKey));
    if (ready.size > 0) {
      const { resourceVersion, uid = "" } = node.metadata;
      const body = { metadata: { resourceVersion }, spec: { taints: taints.filter(({ key }) => !ready.has(key)) } };
      view.wrote(await kube.patch(nodeType, { name }, { type: "merge", body, signal }));
      for (const key of ready) seenAt.delete(`${uid}/${key}`);
    }
    const waits = due.map(({ wait }) => wait).filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : { requeueAfterMilliseconds: Math.min(...waits) };
  };

  const controller = context.createController({ name: "local.startup-agent", reconcile });
  controller.watches(nodes, (delta) => (delta.type === "deleted" ? [] : [delta.object.metadata.name ?? ""]));
  return controller;
}
