import { epochMillisOf } from "../../core/index.ts";
import type { MachineFacts, NetworkLimits } from "../../provider-aws/catalogue/index.ts";
import type { Machine, MachineFeed } from "../machines.ts";
import { type AccountImages, requireImage } from "./images.ts";
import type { AccountInstance, InstanceTable } from "./instances.ts";
import { machineResources } from "./machine-resources.ts";
import { type Registration, readUserData } from "./user-data.ts";

/** The account's instances as machines with a kubelet: each reads its user data once, at launch. */
export function createMachineFeed(deps: {
  readonly instances: InstanceTable;
  readonly images: AccountImages;
  readonly region: string;
  readonly machines: ReadonlyMap<string, MachineFacts>;
  readonly networkLimits: ReadonlyMap<string, NetworkLimits>;
}): MachineFeed {
  const { instances } = deps;
  const fixed = new Map<string, FixedPart>();
  const machineOf = (instance: AccountInstance): Machine => {
    let part = fixed.get(instance.id);
    if (part === undefined) {
      part = fixedPart(deps, instance);
      fixed.set(instance.id, part);
    }
    return { ...part, state: instance.state, failed: instance.failed };
  };
  return {
    list: () => {
      const known = instances.list();
      const ids = new Set(known.map(({ id }) => id));
      for (const id of fixed.keys()) if (!ids.has(id)) fixed.delete(id);
      return known.map(machineOf);
    },
    subscribe: (listener) => instances.subscribe((instance) => listener(machineOf(instance))),
  };
}

type FixedPart = Omit<Machine, "state" | "failed">;

function fixedPart(deps: Parameters<typeof createMachineFeed>[0], instance: AccountInstance): FixedPart {
  const image = requireImage(deps.images, instance.imageId);
  const registration = readUserData(instance.data.UserData);
  return {
    instanceId: instance.id,
    providerId: `aws:///${instance.subnet.zone}/${instance.id}`,
    privateDnsName: instance.privateDnsName,
    privateIp: instance.privateIp,
    instanceType: instance.instanceType,
    zone: instance.subnet.zone,
    region: deps.region,
    arch: image.architecture === "arm64" ? "arm64" : "amd64",
    os: image.os,
    capacityType: instance.capacityType,
    imageId: instance.imageId,
    launchedAt: epochMillisOf(instance.launchedAt),
    labels: registration.labels,
    taints: registration.taints,
    ...resourcesOf(deps, { instance, image, registration }),
  };
}

function resourcesOf(
  { machines, networkLimits }: Parameters<typeof createMachineFeed>[0],
  {
    instance,
    image,
    registration,
  }: {
    readonly instance: AccountInstance;
    readonly image: ReturnType<typeof requireImage>;
    readonly registration: Registration;
  },
): Pick<Machine, "capacity" | "allocatable"> {
  const facts = machines.get(instance.instanceType);
  if (facts === undefined) throw new Error(`an instance of the unknown type ${instance.instanceType} was launched`);
  return machineResources(facts, {
    data: instance.data,
    image,
    registration,
    limits: networkLimits.get(instance.instanceType),
  });
}
