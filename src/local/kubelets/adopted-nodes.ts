import type { Node } from "../../api/index.ts";
import { kwokLabels, kwokNodeValue, nodeType } from "../../api/index.ts";
import type { Controller } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { conditionOf, patchStatus } from "../stand-ins/status-write.ts";
import { renewLease } from "./leases.ts";
import { computeNodeConditions } from "./node-object.ts";

/** Whether a Node is marked as fake, in KWOK's way: it has no machine, and whoever plays kubelet may play it. */
export const isFakeNode = ({ metadata }: Node): boolean => metadata.annotations?.[kwokLabels.node] === kwokNodeValue;

/** Makes nodes Ready that somebody else created and that have no machine (KWOK's); what they say of themselves is kept. */
export function createAdoptedNodes(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly adopts: (node: Node) => boolean },
): Controller {
  const { kube, clock } = context;
  const nodes = parts.caches.nodes();
  const view = createFreshView(nodes.store);

  const reconcile = async (name: string, signal: AbortSignal): Promise<void> => {
    const node = view.get(name);
    if (node === undefined || !parts.adopts(node)) return;
    const current = node.status?.conditions;
    if (conditionOf(current, "Ready")?.status === "True") return;
    await renewLease(kube, node, { now: clock.now(), signal });
    const conditions = computeNodeConditions({
      isReady: true,
      now: clock.now(),
      ...(current === undefined ? {} : { current }),
    });
    await patchStatus({ kube, type: nodeType, view }, node, { status: { conditions, phase: "Running" }, signal });
  };

  const controller = context.createController({ name: "local.kubelet.adopted-node", maxConcurrent: 16, reconcile });
  controller.watches(nodes, (delta) => (delta.type === "deleted" ? [] : [delta.object.metadata.name ?? ""]));
  return controller;
}
