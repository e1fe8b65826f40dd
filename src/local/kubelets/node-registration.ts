import type { Node } from "../../api/index.ts";
import { csiNodeType, leaseType, nodeType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Machine } from "../machines.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { hashText } from "../stand-ins/json.ts";
import { conditionOf, patchStatus } from "../stand-ins/status-write.ts";
import { isAtWork } from "./hosts.ts";
import type { Hosts } from "./hosts.ts";
import { computeCsiNode, computeLease, computeNode, computeNodeStatus, nodeNameOf } from "./node-object.ts";
import type { KubeletTimings } from "./timings.ts";

/** The moment at which a machine registers: its launch plus the delay, up to a fifth longer or shorter by its id. */
export function registrationDue(machine: Machine, timings: KubeletTimings): number {
  const share = (hashText(machine.instanceId) % 1000) / 1000;
  return machine.launchedAt + timings.register * (0.8 + 0.4 * share);
}

/** Registers a Node for each machine that runs, reports it Ready, and again whenever something declared it otherwise. */
export function createNodeRegistration(
  context: StandInContext,
  parts: {
    readonly caches: Caches;
    readonly hosts: Hosts;
    readonly timings: KubeletTimings;
    readonly attachLimit: (machine: Machine) => number;
  },
): Controller {
  const { kube, clock, log } = context;
  const { hosts, timings } = parts;
  const nodes = parts.caches.nodes();
  const view = createFreshView(nodes.store);
  /** When each machine registered, in monotonic time; a Node deleted by somebody is not made again, as with a kubelet. */
  const registeredAt = new Map<string, number>();

  const createIfAbsent = async (create: () => Promise<unknown>): Promise<void> => {
    try {
      await create();
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
    }
  };

  const register = async (machine: Machine, signal: AbortSignal): Promise<void> => {
    let node: Node;
    try {
      node = await kube.create(nodeType, computeNode(machine, clock.now()), { signal });
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
      node = await kube.get(nodeType, { name: nodeNameOf(machine) }, { signal });
      if (node.spec.providerID !== machine.providerId) throw error;
    }
    await createIfAbsent(() => kube.create(leaseType, computeLease(node, clock.now()), { signal }));
    const csiNode = computeCsiNode(node, machine, parts.attachLimit(machine));
    await createIfAbsent(() => kube.create(csiNodeType, csiNode, { signal }));
    registeredAt.set(machine.instanceId, clock.monotonic());
    view.wrote(node);
    log.debug("node registered", { node: nodeNameOf(machine), instance: machine.instanceId });
  };

  const reconcile = async (instanceId: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const machine = hosts.machine(instanceId);
    if (machine === undefined || machine.state === "terminated") registeredAt.delete(instanceId);
    if (machine === undefined || !isAtWork(machine)) return undefined;
    const since = registeredAt.get(instanceId);
    if (since === undefined) {
      const wait = registrationDue(machine, timings) - clock.now();
      if (wait > 0) return { requeueAfterMilliseconds: wait };
      await register(machine, signal);
      return { requeueAfterMilliseconds: Math.max(timings.ready, 1) };
    }
    const node = view.get(nodeNameOf(machine));
    if (node === undefined || node.spec.providerID !== machine.providerId) return undefined;
    const current = node.status?.conditions;
    if (conditionOf(current, "Ready")?.status === "True") return undefined;
    const wait = since + timings.ready - clock.monotonic();
    if (wait > 0) return { requeueAfterMilliseconds: wait };
    const report = { isReady: true, now: clock.now(), ...(current === undefined ? {} : { current }) };
    const status = { ...computeNodeStatus(machine, report) };
    await patchStatus({ kube, type: nodeType, view }, node, { status, signal });
    return undefined;
  };

  const controller = context.createController({ name: "local.kubelet.node", maxConcurrent: 16, reconcile });
  hosts.subscribe((machine) => controller.enqueue(machine.instanceId));
  controller.watches(nodes, (delta) => {
    const machine = hosts.machineOf(delta.object.metadata.name ?? "");
    return machine === undefined ? [] : [machine.instanceId];
  });
  return controller;
}
