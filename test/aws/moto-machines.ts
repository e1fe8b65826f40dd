import {
  DescribeInstanceAttributeCommand,
  type EC2Client,
  DescribeInstancesCommand,
  type Instance,
} from "@aws-sdk/client-ec2";
import { nodeClaimType } from "../../src/api/index.ts";
import { epochMillisOf } from "../../src/core/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { type Machine, type MachineFeed, readUserData } from "../../src/local/index.ts";
import { region } from "./mixed-clients.ts";

const pollMilliseconds = 250;

/**
 * Moto's instances as machines with a kubelet: each boots from the user data of the launch template that made it. What a
 * machine has to offer stands in the claim that it was launched for, since moto knows no hardware.
 */
export function createMotoMachines(
  ec2: EC2Client,
  kube: KubeClient,
): MachineFeed & { run(signal: AbortSignal): Promise<void> } {
  const machines = new Map<string, Machine>();
  const listeners = new Set<(machine: Machine) => void>();
  const look = async (): Promise<void> => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    for (const instance of Reservations.flatMap(({ Instances = [] }) => Instances)) {
      const { InstanceId: id = "" } = instance;
      const known = machines.get(id);
      const state = stateOf(instance);
      const machine = known === undefined ? await booted(ec2, kube, instance) : { ...known, state };
      if (machine === undefined || known?.state === state) continue;
      machines.set(id, machine);
      for (const listener of listeners) listener(machine);
    }
  };
  return {
    list: () => [...machines.values()].toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    run: async (signal) => {
      while (!signal.aborted) {
        await look();
        await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
      }
    },
  };
}

const stateOf = ({ State }: Instance): Machine["state"] => (State?.Name ?? "pending") as Machine["state"];

/** Undefined until its claim knows of it. */
async function booted(ec2: EC2Client, kube: KubeClient, instance: Instance): Promise<Machine | undefined> {
  const zone = instance.Placement?.AvailabilityZone ?? "";
  const providerId = `aws:///${zone}/${instance.InstanceId ?? ""}`;
  const { items } = await kube.list(nodeClaimType);
  const claim = items.find(({ status }) => status?.providerID === providerId);
  if (claim === undefined) return undefined;
  const { UserData } = await ec2.send(
    new DescribeInstanceAttributeCommand({ InstanceId: instance.InstanceId, Attribute: "userData" }),
  );
  const registration = readUserData(UserData?.Value);
  return {
    instanceId: instance.InstanceId ?? "",
    providerId,
    privateDnsName: instance.PrivateDnsName ?? "",
    privateIp: instance.PrivateIpAddress ?? "",
    instanceType: instance.InstanceType ?? "",
    zone,
    region,
    arch: claim.metadata.labels?.["kubernetes.io/arch"] === "arm64" ? "arm64" : "amd64",
    os: "linux",
    capacityType: "on-demand",
    imageId: instance.ImageId ?? "",
    launchedAt: epochMillisOf(instance.LaunchTime?.getTime() ?? 0),
    state: stateOf(instance),
    failed: false,
    capacity: claim.status?.capacity ?? {},
    allocatable: claim.status?.allocatable ?? {},
    labels: registration.labels,
    taints: registration.taints,
  };
}
