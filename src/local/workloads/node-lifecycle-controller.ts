import type { Node } from "../../api/index.ts";
import { nodeType } from "../../api/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import { computeLostConditions, computeNodeTaints } from "./node-health.ts";

const leaseNamespace = "kube-node-lease";

/** Watches the leases of nodes, declares silent ones Unknown, and keeps the taints that follow from conditions. */
export function createNodeLifecycleController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly monitorGraceMilliseconds: number },
): Controller {
  const { kube, clock, log, pulse } = context;
  const nodes = parts.caches.nodes();
  const leases = parts.caches.leases();
  const view = createFreshView(nodes.store);

  /** Milliseconds until the node has been silent for too long; undefined for one that need not be asked again. */
  const untilLost = (name: string): number | undefined => {
    const told = pulse.lastHeard(name);
    // Whoever tells now will also tell of the end.
    if (told === "now") return undefined;
    const renewed = millisecondsOf(leases.store.get(`${leaseNamespace}/${name}`)?.spec?.renewTime);
    const heard = told ?? renewed;
    return heard === undefined ? undefined : heard + parts.monitorGraceMilliseconds - clock.now();
  };

  const reconcile = async (name: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    let node = view.get(name);
    if (node === undefined) return undefined;
    const left = untilLost(name);
    const conditions = left !== undefined && left <= 0 ? computeLostConditions(node, clock.now()) : undefined;
    if (conditions !== undefined) {
      log.info("node does not report any more", { node: name });
      await patchStatus({ kube, type: nodeType, view }, node, { status: { conditions }, signal });
      node = view.get(name) ?? node;
    }
    await taint(node, signal);
    return left === undefined || left <= 0 ? undefined : { requeueAfterMilliseconds: left + 1 };
  };

  const taint = async (node: Node, signal: AbortSignal): Promise<void> => {
    const taints = computeNodeTaints(node, clock.now());
    if (taints === undefined) return;
    const { name = "", resourceVersion } = node.metadata;
    // Lists are replaced whole: the version guards taints that others add meanwhile.
    const body = { metadata: { resourceVersion }, spec: { taints } };
    view.wrote(await kube.patch(nodeType, { name }, { type: "merge", body, signal }));
  };

  const recorder = context.recorderFor("node-controller");
  nodes.subscribe(({ type, object }) => {
    if (type !== "added") return;
    const { name = "" } = object.metadata;
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    recorder.publish({ object, type: "Normal", reason: "RegisteredNode", message });
  });

  const controller = context.createController({ name: "local.node-lifecycle", maxConcurrent: 16, reconcile });
  controller.watches(nodes, (delta) => (delta.type === "deleted" ? [] : [delta.object.metadata.name ?? ""]));
  pulse.subscribe((name) => controller.enqueue(name));
  leases.subscribe((delta) => {
    if (delta.type === "added" && delta.object.metadata.namespace === leaseNamespace) {
      controller.enqueue(delta.object.metadata.name ?? "");
    }
  });
  return controller;
}
