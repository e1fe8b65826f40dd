/** The machines that the stand-in kubelets play on both servers: the same ones, so that their names are the same. */
import type { Taint } from "../../src/api/index.ts";
import { epochMillisOf } from "../../src/core/index.ts";
import type { Machine, MachineFeed } from "../../src/local/index.ts";

/** Label and taint by which a call asks for a machine of its own; the general one has neither. */
export const roleKey = "parity.example.com/role";

const roles = ["general", "drained", "described", "cordoned", "tainted", "labelled", "daemons"] as const;
export type MachineRole = (typeof roles)[number];

const serialOf = (role: MachineRole): number => roles.indexOf(role) + 1;
export const nodeNameOf = (role: MachineRole): string => `ip-10-0-0-${serialOf(role)}.ec2.internal`;

/** Keeps pods off a machine that did not ask for it. */
const taintOf = (role: MachineRole): readonly Taint[] =>
  role === "general" ? [] : [{ key: roleKey, value: role, effect: "NoExecute" }];

function machineOf(role: MachineRole, now: number): Machine {
  const serial = serialOf(role);
  const instanceId = `i-${serial.toString(16).padStart(17, "0")}`;
  const resources = { cpu: "64", memory: "256Gi", pods: "250", "ephemeral-storage": "80Gi" };
  return {
    instanceId,
    providerId: `aws:///us-east-1a/${instanceId}`,
    privateDnsName: nodeNameOf(role),
    privateIp: `10.0.0.${serial}`,
    instanceType: "m5.16xlarge",
    zone: "us-east-1a",
    region: "us-east-1",
    arch: "amd64",
    os: "linux",
    capacityType: "on-demand",
    imageId: "ami-0",
    launchedAt: epochMillisOf(now),
    state: "running",
    failed: false,
    capacity: resources,
    allocatable: resources,
    labels: { [roleKey]: role },
    taints: taintOf(role),
  };
}

/** All machines, from `now` on; none comes or goes. */
export function createMachines(now: number): MachineFeed {
  const machines = roles.map((role) => machineOf(role, now));
  return { list: () => machines, subscribe: () => () => undefined };
}

export const nodeNames: readonly string[] = roles.map(nodeNameOf);
