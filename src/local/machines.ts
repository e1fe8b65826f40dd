import type { ResourceQuantities, Taint } from "../api/index.ts";
import type { EpochMillis } from "../core/index.ts";

/** What a stand-in kubelet needs to know of a simulated machine: who it is, and what its user data tells it to register as. */
export interface Machine {
  /** `i-0123…`; the node name is derived from `privateDnsName`. */
  readonly instanceId: string;
  /** `aws:///<zone>/<instance id>`. */
  readonly providerId: string;
  readonly privateDnsName: string;
  readonly privateIp: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly region: string;
  readonly arch: "amd64" | "arm64";
  readonly os: "linux" | "windows";
  readonly capacityType: string;
  readonly imageId: string;
  readonly launchedAt: EpochMillis;
  readonly state: "pending" | "running" | "shutting-down" | "terminated";
  /** Set by a fault: the machine runs but its kubelet has stopped. */
  readonly failed: boolean;
  readonly capacity: ResourceQuantities;
  readonly allocatable: ResourceQuantities;
  /** From the kubelet flags in its user data. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

/** Machines of the simulated account as the stand-in kubelets see them. */
export interface MachineFeed {
  /** Every machine not yet forgotten, in order of instance id. */
  list(): readonly Machine[];
  /** Calls back on each change, in order; the returned function unsubscribes. */
  subscribe(listener: (machine: Machine) => void): () => void;
}

/** Where there is none: kubelets that only adopt nodes of others. */
export const noMachines: MachineFeed = Object.freeze({ list: () => [], subscribe: () => () => undefined });
