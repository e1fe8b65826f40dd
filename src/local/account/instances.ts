import type { Clock, Random } from "../../platform/index.ts";
import { type Ec2Instance, type LaunchTemplateData, ServiceError } from "../../provider-aws/contract/index.ts";
import { type AccountCapacity, reservationOf } from "./capacity.ts";
import { mapToTags } from "./filters.ts";
import type { AccountNetwork, AccountSubnet } from "./network.ts";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

export interface LaunchOrder {
  readonly instanceType: string;
  readonly capacityType: "on-demand" | "spot";
  readonly subnet: AccountSubnet;
  readonly imageId: string;
  readonly templateName: string;
  readonly data: LaunchTemplateData;
  readonly tags: Readonly<Record<string, string>>;
  /** Addresses that the machine takes from its subnet. */
  readonly addresses: number;
}

export interface AccountInstance extends LaunchOrder {
  readonly id: string;
  readonly privateIp: string;
  readonly privateDnsName: string;
  /** Epoch milliseconds. */
  readonly launchedAt: number;
  readonly spotRequestId?: string;
  readonly state: InstanceState;
  /** Its kubelet has stopped for good. */
  readonly failed: boolean;
}

export interface InstanceTable {
  /** Undefined when the subnet has no address left. */
  launch(order: LaunchOrder): AccountInstance | undefined;
  get(id: string): AccountInstance | undefined;
  /** Every instance not yet forgotten, by id. */
  list(): readonly AccountInstance[];
  /** Rejects an unknown id as EC2 does. */
  terminate(id: string): AccountInstance;
  tag(id: string, tags: Readonly<Record<string, string>>): void;
  markFailed(id: string): boolean;
  /** Told of each change, in order. */
  subscribe(listener: (instance: AccountInstance, before: AccountInstance | undefined) => void): () => void;
}

const startMilliseconds = { least: 2_000, spread: 1_000 };
const stopMilliseconds = { least: 2_000, spread: 2_000 };
/** EC2 shows terminated instances for about an hour; a shorter while serves and keeps a long run small. */
const forgetMilliseconds = 10 * 60_000;

type Listener = (instance: AccountInstance, before: AccountInstance | undefined) => void;

interface TableDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly region: string;
  readonly newId: (prefix: string) => string;
  readonly network: AccountNetwork;
}

export function createInstanceTable(deps: TableDeps): InstanceTable {
  const { clock, random, network } = deps;
  const instances = new Map<string, AccountInstance>();
  const listeners = new Set<Listener>();

  const put = (instance: AccountInstance): AccountInstance => {
    const before = instances.get(instance.id);
    instances.set(instance.id, instance);
    for (const listener of listeners) listener(instance, before);
    return instance;
  };
  const change = (id: string, next: Partial<Pick<AccountInstance, "state" | "failed" | "tags">>): AccountInstance =>
    put({ ...existing(instances, id), ...next });
  const later = ({ least, spread }: typeof startMilliseconds, act: () => void): void =>
    void clock.after(least + spread * random.next(), act);

  const end = (id: string): void => {
    const instance = change(id, { state: "terminated" });
    network.giveBack(instance.subnet, instance.addresses);
    clock.after(forgetMilliseconds, () => instances.delete(id));
  };
  const start = (id: string): void => {
    if (instances.get(id)?.state === "pending") change(id, { state: "running" });
  };

  return {
    launch: (order) => {
      const privateIp = network.takeAddress(order.subnet, order.addresses);
      if (privateIp === undefined) return undefined;
      const instance = put(newInstance(deps, order, privateIp));
      later(startMilliseconds, () => start(instance.id));
      return instance;
    },
    get: (id) => instances.get(id),
    list: () => [...instances.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    terminate: (id) => {
      const instance = existing(instances, id);
      if (instance.state === "shutting-down" || instance.state === "terminated") return instance;
      later(stopMilliseconds, () => end(id));
      return change(id, { state: "shutting-down" });
    },
    tag: (id, tags) => void change(id, { tags: { ...existing(instances, id).tags, ...tags } }),
    markFailed: (id) => {
      if (instances.get(id)?.state !== "running") return false;
      change(id, { failed: true });
      return true;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function newInstance({ clock, region, newId }: TableDeps, order: LaunchOrder, privateIp: string): AccountInstance {
  return {
    ...order,
    id: newId("i"),
    privateIp,
    privateDnsName: dnsName(privateIp, region),
    launchedAt: clock.now(),
    ...(order.capacityType === "spot" ? { spotRequestId: newId("sir") } : {}),
    state: "pending",
    failed: false,
  };
}

function existing(instances: ReadonlyMap<string, AccountInstance>, id: string): AccountInstance {
  const instance = instances.get(id);
  if (instance !== undefined) return instance;
  throw new ServiceError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
}

const dnsName = (ip: string, region: string): string =>
  `ip-${ip.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`}`;

/** An instance as DescribeInstances shows it. */
export function instanceShape(instance: AccountInstance, capacity: Pick<AccountCapacity, "reservation">): Ec2Instance {
  const { data, subnet } = instance;
  const groups = data.NetworkInterfaces[0]?.Groups ?? [];
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType,
    LaunchTime: new Date(instance.launchedAt),
    State: { Name: instance.state },
    Placement: {
      AvailabilityZone: subnet.zone,
      Tenancy: data.Placement?.Tenancy ?? "default",
      ...(data.Placement?.GroupId === undefined ? {} : { GroupId: data.Placement.GroupId }),
      ...(data.Placement?.PartitionNumber === undefined ? {} : { PartitionNumber: data.Placement.PartitionNumber }),
    },
    SubnetId: subnet.id,
    SecurityGroups: groups.map((GroupId) => ({ GroupId })),
    PrivateDnsName: instance.privateDnsName,
    PrivateIpAddress: instance.privateIp,
    ...(instance.spotRequestId === undefined
      ? {}
      : { SpotInstanceRequestId: instance.spotRequestId, InstanceLifecycle: "spot" }),
    ...reservedShape(data, capacity),
    NetworkInterfaces: data.NetworkInterfaces.map(({ InterfaceType = "interface" }) => ({ InterfaceType })),
    Tags: mapToTags(instance.tags),
  };
}

/** An instance of a reservation says which; once the reservation has ended it runs on as on-demand. */
function reservedShape(data: LaunchTemplateData, capacity: Pick<AccountCapacity, "reservation">): Partial<Ec2Instance> {
  const id = reservationOf(data);
  if (id === undefined || capacity.reservation(id) === undefined) return {};
  const market = data.InstanceMarketOptions?.MarketType;
  return {
    CapacityReservationId: id,
    CapacityReservationSpecification: { CapacityReservationPreference: "capacity-reservations-only" },
    ...(market === undefined ? {} : { InstanceLifecycle: market }),
  };
}
