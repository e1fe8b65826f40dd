import type { Node } from "../../api/index.ts";
import type { Machine, MachineFeed } from "../machines.ts";
import { openCaches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { createAdoptedNodes } from "./adopted-nodes.ts";
import { createCloudNodes } from "./cloud-nodes.ts";
import { createHosts } from "./hosts.ts";
import { createLeaseRenewal } from "./leases.ts";
import { createNodeRegistration } from "./node-registration.ts";
import { createPodWorker } from "./pod-worker.ts";
import { createStartupAgents } from "./startup-agents.ts";
import type { StartupAgent } from "./startup-agents.ts";
import { defaultTimings } from "./timings.ts";
import type { KubeletTimings } from "./timings.ts";
import { tellOfKubelets } from "./word-of-mouth.ts";

export interface KubeletOptions {
  readonly machines: MachineFeed;
  readonly timings?: Partial<KubeletTimings>;
  /** EBS volumes that attach to a machine; 26 of the 28 slots of a Nitro machine by default. */
  readonly attachLimit?: (machine: Machine) => number;
  readonly startupAgents?: readonly StartupAgent[];
  /** Nodes without a machine that are played all the same (KWOK's). */
  readonly adopts?: (node: Node) => boolean;
  /** How often Nodes of gone machines are looked for, 5 s by default. */
  readonly cloudNodeMilliseconds?: number;
}

const defaultAttachLimit = 26;

/** Prepares the kubelets of all simulated machines (product 4.1) and the cloud controller that clears up after them. */
export function prepareKubelets(context: StandInContext, options: KubeletOptions): readonly StandIn[] {
  const caches = openCaches(context.informers);
  const timings = { ...defaultTimings, ...options.timings };
  const nodes = caches.nodes();
  const { adopts } = options;
  const hosts = createHosts({
    machines: options.machines,
    node: (name) => nodes.store.get(name),
    ...(adopts === undefined ? {} : { adopts }),
  });
  const shared = { caches, hosts, timings };
  const beats = Number.isFinite(timings.leaseRenewal);
  if (!beats) tellOfKubelets(context, { caches, hosts });
  return [
    createNodeRegistration(context, { ...shared, attachLimit: options.attachLimit ?? (() => defaultAttachLimit) }),
    createPodWorker(context, shared),
    ...(beats ? [createLeaseRenewal(context, { caches, hosts, renewalMilliseconds: timings.leaseRenewal })] : []),
    createCloudNodes(context, { caches, hosts, periodMilliseconds: options.cloudNodeMilliseconds ?? 5_000 }),
    ...(options.startupAgents === undefined
      ? []
      : [createStartupAgents(context, { caches, agents: options.startupAgents })]),
    ...(adopts === undefined ? [] : [createAdoptedNodes(context, { caches, adopts })]),
  ];
}
