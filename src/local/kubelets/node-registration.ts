import type { Node } from "../../api/index.ts";
import { csiNodeType, leaseType, nodeType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Machine } from "../machines.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
import { hashText } from "../stand-ins/json.ts";
import { conditionOf, patchStatus } from "../stand-ins/status-write.ts";
import { isAtWork } from "./hosts.ts";
import type { Hosts } from "./hosts.ts";
import { renewLease } from "./leases.ts";
import { computeCsiNode, computeLease, computeNode, computeNodeStatus, nodeNameOf } from "./node-object.ts";
import type { KubeletTimings } from "./timings.ts";

/** The moment at which a machine registers: its launch plus the delay, up to a fifth longer or shorter by its id. */
export function registrationDue(machine: Machine, timings: KubeletTimings): number {
  const share = (hashText(machine.instanceId) % 1000) / 1000;
  return machine.launchedAt + timings.register * (0.8 + 0.4 * share);
}

interface Parts {
  readonly caches: Caches;
  readonly hosts: Hosts;
  readonly timings: KubeletTimings;
  readonly attachLimit: (machine: Machine) => number;
}

/** Registers a Node for each machine that runs, reports it Ready, and again whenever something declared it otherwise. */
export function createNodeRegistration(context: StandInContext, parts: Parts): Controller {
  const { hosts } = parts;
  const worker = new NodeWorker(context, parts);
  const controller = context.createController({
    name: "local.kubelet.node",
    maxConcurrent: 16,
    reconcile: (instanceId, signal) => worker.reconcile(instanceId, signal),
  });
  hosts.subscribe((machine) => controller.enqueue(machine.instanceId));
  controller.watches(parts.caches.nodes(), (delta) => {
    const machine = hosts.machineOf(delta.object.metadata.name ?? "");
    return machine === undefined ? [] : [machine.instanceId];
  });
  return controller;
}

class NodeWorker {
  readonly #context: StandInContext;
  readonly #parts: Parts;
  readonly #view: FreshView<Node>;
  /** When each machine registered, in monotonic time; a Node deleted by somebody is not made again, as with a kubelet. */
  readonly #registeredAt = new Map<string, number>();

  constructor(context: StandInContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
    this.#view = createFreshView(parts.caches.nodes().store);
  }

  async reconcile(instanceId: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const machine = this.#parts.hosts.machine(instanceId);
    if (machine === undefined || machine.state === "terminated") this.#registeredAt.delete(instanceId);
    if (machine === undefined || !isAtWork(machine)) return undefined;
    const since = this.#registeredAt.get(instanceId);
    const wait =
      since === undefined ? await this.#register(machine, signal) : await this.#report(machine, since, signal);
    return wait === undefined ? undefined : { requeueAfterMilliseconds: Math.max(wait, 1) };
  }

  /** Gives back how long to wait for registration or, after it, for readiness. */
  async #register(machine: Machine, signal: AbortSignal): Promise<number> {
    const { kube, clock, log } = this.#context;
    const wait = registrationDue(machine, this.#parts.timings) - clock.now();
    if (wait > 0) return wait;
    const node = await this.#createNode(machine, signal);
    await createIfAbsent(() => kube.create(leaseType, computeLease(node, clock.now()), { signal }));
    const csiNode = computeCsiNode(node, machine, this.#parts.attachLimit(machine));
    await createIfAbsent(() => kube.create(csiNodeType, csiNode, { signal }));
    this.#registeredAt.set(machine.instanceId, clock.monotonic());
    this.#view.wrote(node);
    log.debug("node registered", { node: nodeNameOf(machine), instance: machine.instanceId });
    return this.#parts.timings.ready;
  }

  async #createNode(machine: Machine, signal: AbortSignal): Promise<Node> {
    const { kube, clock } = this.#context;
    try {
      return await kube.create(nodeType, computeNode(machine, clock.now()), { signal });
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
      // After a restart of this process the Node is there already.
      const node = await kube.get(nodeType, { name: nodeNameOf(machine) }, { signal });
      if (node.spec.providerID !== machine.providerId) throw error;
      return node;
    }
  }

  async #report(machine: Machine, since: number, signal: AbortSignal): Promise<number | undefined> {
    const { kube, clock } = this.#context;
    const node = this.#view.get(nodeNameOf(machine));
    if (node === undefined || node.spec.providerID !== machine.providerId) return undefined;
    const current = node.status?.conditions;
    if (conditionOf(current, "Ready")?.status === "True") return undefined;
    const wait = since + this.#parts.timings.ready - clock.monotonic();
    if (wait > 0) return wait;
    // The lease first: with an old one the node would be declared lost again at once, for ever.
    await renewLease(kube, node, { now: clock.now(), signal });
    const report = { isReady: true, now: clock.now(), ...(current === undefined ? {} : { current }) };
    const status = { ...computeNodeStatus(machine, report) };
    await patchStatus({ kube, type: nodeType, view: this.#view }, node, { status, signal });
    return undefined;
  }
}

async function createIfAbsent(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!isKubeFault(error, "AlreadyExists")) throw error;
  }
}
