import type { Node } from "../../api/index.ts";
import type { Machine, MachineFeed } from "../machines.ts";
import { nodeNameOf } from "./node-object.ts";

/** The machines whose kubelet works now, by node name, and whoever else plays a node without a machine. */
export interface Hosts {
  /** The machine behind an instance id, in whatever state. */
  machine(instanceId: string): Machine | undefined;
  /** The machine of a node, whether its kubelet works or not. */
  machineOf(nodeName: string): Machine | undefined;
  /** IP address of the host when its kubelet works. */
  address(nodeName: string): string | undefined;
  /** Calls back with a machine's id on every change, and once for each known now. */
  subscribe(listener: (machine: Machine) => void): () => void;
}

/** Whether the kubelet on the machine is at work: booted, not broken, not shutting down. */
export const isAtWork = (machine: Machine): boolean => machine.state === "running" && !machine.failed;

/**
 * `adopts` names nodes that have no machine (KWOK's) and are played all the same; `node` looks a Node up.
 */
export function createHosts(dependencies: {
  readonly machines: MachineFeed;
  readonly node: (name: string) => Node | undefined;
  readonly adopts?: (node: Node) => boolean;
}): Hosts {
  const { machines, adopts } = dependencies;
  const byId = new Map<string, Machine>();
  const byNode = new Map<string, Machine>();
  const listeners = new Set<(machine: Machine) => void>();
  const take = (machine: Machine): void => {
    byId.set(machine.instanceId, machine);
    // A name that went to a newer machine stays with that one.
    const holder = byNode.get(nodeNameOf(machine));
    if (holder === undefined || holder.launchedAt <= machine.launchedAt) byNode.set(nodeNameOf(machine), machine);
    for (const listener of listeners) listener(machine);
  };
  machines.subscribe(take);
  for (const machine of machines.list()) take(machine);

  return {
    machine: (instanceId) => byId.get(instanceId),
    machineOf: (nodeName) => byNode.get(nodeName),
    address(nodeName) {
      const machine = byNode.get(nodeName);
      if (machine !== undefined) return isAtWork(machine) ? machine.privateIp : undefined;
      const node = adopts === undefined ? undefined : dependencies.node(nodeName);
      if (node === undefined || adopts?.(node) !== true) return undefined;
      return node.status?.addresses?.find((entry) => entry.type === "InternalIP")?.address ?? "10.0.0.1";
    },
    subscribe(listener) {
      listeners.add(listener);
      for (const machine of byId.values()) listener(machine);
      return () => void listeners.delete(listener);
    },
  };
}
