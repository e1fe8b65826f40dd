import { capacityTypes } from "../../api/index.ts";
import { type Clock, createIds, type Ids, type Random } from "../../platform/index.ts";
import { type Catalogue, catalogueRegions, loadCatalogue } from "../../provider-aws/catalogue/index.ts";
import { type AwsClients, type EksClient, ServiceError, type SsmClient } from "../../provider-aws/contract/index.ts";
import type { MachineFeed } from "../machines.ts";
import { type Bill, createBillKeeper } from "./bill.ts";
import { type CallGate, createCallGate } from "./calls.ts";
import { type AccountCapacity, createCapacity } from "./capacity.ts";
import { createEc2 } from "./ec2.ts";
import { accountId, createEc2Ids } from "./ec2-ids.ts";
import { createEventBodies, type EventBodies } from "./events.ts";
import { type AccountFaults, createFaultState, type FaultState } from "./faults.ts";
import { createIdentity } from "./identity.ts";
import { type AccountImages, createImages } from "./images.ts";
import { createInstanceTable, type InstanceTable } from "./instances.ts";
import { createLaunchTemplates } from "./launch-templates.ts";
import { createMachineFeed } from "./machine-feed.ts";
import { createMarket, type Market } from "./market.ts";
import { createNetwork } from "./network.ts";
import { type AccountQueue, createQueue } from "./queue.ts";
import { type AccountStatuses, createStatuses } from "./statuses.ts";
import { trackTimers } from "./timers.ts";

export interface SimulatedAccountOptions {
  readonly clock: Clock;
  /** Start times, addresses, ids and losses come from here: equal seeds give equal accounts. */
  readonly random: Random;
  readonly ids?: Ids;
  /** `us-east-1` by default; must be in the catalogue. */
  readonly region?: string;
  /** Zones with a subnet; the region's first three by default. */
  readonly zones?: readonly string[];
  /** The facts that ship with the project by default. */
  readonly catalogue?: Catalogue;
  /** Name of the EKS cluster and of the interruption queue, and value of the tag `karpenter.sh/discovery`. */
  readonly clusterName?: string;
  readonly clusterEndpoint?: string;
  readonly kubernetesVersion?: string;
  readonly serviceCidr?: string;
  /** Roles that exist; any role by default. */
  readonly roles?: readonly string[] | "any";
  /** How long DescribeInstances does not know of a launch, 0 by default. */
  readonly describeLagMilliseconds?: number;
}

/** An AWS account with one VPC and one cluster, for tests and for the embedded cluster (product 4.1). */
export interface SimulatedAccount {
  readonly clients: AwsClients;
  readonly faults: AccountFaults;
  readonly machines: MachineFeed;
  readonly region: string;
  readonly clusterName: string;
  readonly queueName: string;
  /** Calls so far by `Service Action`. */
  readonly calls: ReadonlyMap<string, number>;
  /** What can be asked for here, by name: types of the region, zones with a subnet, capacity types. */
  readonly sold: Readonly<Record<"instanceType" | "zone" | "capacityType", readonly string[]>>;
  bill(): Bill;
  /** Reservations and placement groups of the account. */
  readonly capacity: Pick<AccountCapacity, "setReservation" | "removeReservation" | "setGroup" | "removeGroup">;
  /** What status checks say. */
  readonly statuses: Pick<AccountStatuses, "set" | "clear">;
  /** Publishes newer images of every family, which `latest` names from now on; gives their release. */
  readonly images: Pick<AccountImages, "release" | "deprecate">;
  /** Puts a message into the interruption queue as it is. */
  sendMessage(body: string): void;
  /** Cancels everything that is still to come, so that nothing keeps a process alive. */
  close(): void;
  /** Id of the instance with this private DNS name, which is the name of its node. */
  instanceOfNode(nodeName: string): string | undefined;
  /** What the account holds, for checks that nothing is left behind. */
  inventory(): { readonly instances: number; readonly launchTemplates: number };
}

/** Regions that an account can be simulated in. */
export const simulatedRegions = catalogueRegions;

const interruptionNoticeMilliseconds = 120_000;

export function createSimulatedAccount(given: SimulatedAccountOptions): SimulatedAccount {
  const timers = trackTimers(given.clock);
  const { clock } = timers;
  const options = { ...given, clock };
  const parts = createParts(options);
  const { place, gate, instances, images, market, queue, catalogue, machines, clusterName } = parts;
  const bill = createBillKeeper({ clock, instances, market });
  return {
    clients: createClients(parts, options),
    faults: createFaults({ ...parts, clock, settle: () => bill.settle() }),
    machines: createMachineFeed({
      instances,
      images,
      region: place.region,
      machines,
      networkLimits: catalogue.networkLimits,
    }),
    region: place.region,
    clusterName,
    queueName: queue.name,
    calls: gate.counts,
    sold: {
      instanceType: [...place.offerings.keys()],
      zone: place.zones.map(({ name }) => name),
      capacityType: Object.values(capacityTypes),
    },
    bill: () => bill.read(),
    capacity: parts.capacity,
    statuses: parts.statuses,
    images,
    sendMessage: (body) => queue.sendText(body),
    close: () => timers.close(),
    instanceOfNode: (nodeName) => instances.list().find(({ privateDnsName }) => privateDnsName === nodeName)?.id,
    inventory: () => ({
      instances: instances.list().filter(({ state }) => state !== "terminated").length,
      launchTemplates: parts.templates.list().length,
    }),
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(options: SimulatedAccountOptions) {
  const { clock, random, clusterName = "karpenter-ts", ids = createIds(random) } = options;
  const catalogue = options.catalogue ?? loadCatalogue();
  const place = placeOf(catalogue, options);
  const { region } = place;
  const faultState = createFaultState(clock);
  const gate = createCallGate({ clock, random, faults: faultState });
  const newId = createEc2Ids(random);
  const network = createNetwork({ zones: place.zones, discovery: clusterName, newId });
  const instances = createInstanceTable({ clock, random, region, newId, network });
  const capacity = createCapacity({
    now: () => clock.now(),
    occupants: () =>
      instances
        .list()
        .filter(({ state }) => state === "pending" || state === "running")
        .map(({ subnet, data }) => ({ zone: subnet.zone, data })),
  });
  const queue = createQueue({ gate, clock, ids, name: clusterName, region });
  const events = createEventBodies({ clock, ids, region });
  instances.subscribe((instance, before) => {
    if (instance.state !== before?.state) queue.send(events.stateChange(instance));
  });
  return {
    clusterName,
    catalogue,
    place,
    faultState,
    gate,
    newId,
    network,
    instances,
    capacity,
    statuses: createStatuses(),
    queue,
    events,
    images: createImages({ kubernetesVersion: options.kubernetesVersion ?? "1.34", newId }),
    templates: createLaunchTemplates(newId),
    market: createMarket({ gate, catalogue, region, zones: place.zones.map(({ name }) => name) }),
    identity: createIdentity({ gate, clock, roles: options.roles ?? "any" }),
    machines: new Map(catalogue.machines.map((facts) => [facts.name, facts])),
  };
}

function createClients(parts: Parts, options: SimulatedAccountOptions): AwsClients {
  const { gate, images, place, identity, queue, market } = parts;
  const ec2 = createEc2({
    ...parts,
    clock: options.clock,
    faults: parts.faultState,
    offerings: place.offerings,
    zones: place.zones.map(({ name }) => name),
    hasProfile: (name) => identity.hasProfile(name),
    describeLagMilliseconds: options.describeLagMilliseconds ?? 0,
  });
  const ssm: SsmClient = {
    getParameter: gate.wrap("SSM", "GetParameter", ({ Name }) => {
      const value = images.parameter(Name);
      if (value === undefined)
        throw new ServiceError("ParameterNotFound", `Parameter ${Name} not found.`, { nameOnly: true });
      return { Parameter: { Name, Value: value } };
    }),
  };
  return {
    ec2,
    ec2Probe: ec2,
    ssm,
    iam: identity.client,
    eks: createEks(gate, options, place.region),
    sqs: queue.client,
    pricing: market.client,
  };
}

function placeOf(catalogue: Catalogue, { region = "us-east-1", zones }: SimulatedAccountOptions) {
  const known = catalogue.regions.get(region);
  if (known === undefined)
    throw new Error(`the catalogue has no region "${region}"; it has ${[...catalogue.regions.keys()].join(", ")}`);
  const names = zones ?? known.zones.slice(0, 3).map(({ name }) => name);
  const chosen = names.map((name) => {
    const zone = known.zones.find((candidate) => candidate.name === name);
    if (zone !== undefined) return zone;
    throw new Error(
      `region ${region} has no zone "${name}"; it has ${known.zones.map((each) => each.name).join(", ")}`,
    );
  });
  return { region, zones: chosen, offerings: known.offerings };
}

function createEks(gate: CallGate, options: SimulatedAccountOptions, region: string): EksClient {
  const { clusterName = "karpenter-ts", clusterEndpoint = "https://127.0.0.1:6443" } = options;
  return {
    describeCluster: gate.wrap("EKS", "DescribeCluster", ({ name }) => {
      if (name !== clusterName)
        throw new ServiceError("ResourceNotFoundException", `No cluster found for name: ${name}.`, {
          status: 404,
          nameOnly: true,
        });
      return {
        cluster: {
          name,
          arn: `arn:aws:eks:${region}:${accountId}:cluster/${name}`,
          endpoint: clusterEndpoint,
          version: options.kubernetesVersion ?? "1.34",
          kubernetesNetworkConfig: { serviceIpv4Cidr: options.serviceCidr ?? "10.96.0.0/12" },
        },
      };
    }),
  };
}

interface FaultDeps {
  readonly faultState: FaultState;
  readonly instances: InstanceTable;
  readonly market: Market;
  readonly queue: AccountQueue;
  readonly events: EventBodies;
  readonly clock: Clock;
  readonly settle: () => void;
}

function createFaults(deps: FaultDeps): AccountFaults {
  const { faultState, instances, market, queue, events, clock } = deps;
  const set = (change: Partial<FaultState["conditions"]>): void => {
    faultState.conditions = { ...faultState.conditions, ...change };
  };
  const running = (id: string) => {
    const instance = instances.get(id);
    return instance?.state === "running" || instance?.state === "pending" ? instance : undefined;
  };
  return {
    insufficientCapacity: (pattern, { forMilliseconds = Number.POSITIVE_INFINITY } = {}) =>
      faultState.addShortage(pattern, forMilliseconds),
    refuseCalls: (action, refusal) => {
      faultState.refusals.set(action, refusal);
      return () => void faultState.refusals.delete(action);
    },
    throttle: (callsPerSecond) => set({ callsPerSecond }),
    latency: (latencyMilliseconds) => set({ latencyMilliseconds }),
    loseResponses: (lostShare) => set({ lostShare }),
    interrupt: (id) => {
      const instance = running(id);
      if (instance?.capacityType !== "spot") return false;
      queue.send(events.interruptionWarning(instance));
      clock.after(interruptionNoticeMilliseconds, () => {
        if (running(id) !== undefined) instances.terminate(id);
      });
      return true;
    },
    rebalance: (id) => {
      const instance = running(id);
      if (instance?.capacityType !== "spot") return false;
      queue.send(events.rebalance(instance));
      return true;
    },
    fail: (id) => instances.markFailed(id),
    terminate: (id) => {
      if (running(id) === undefined) return false;
      instances.terminate(id);
      return true;
    },
    setPrice: (instanceType, usd) => {
      deps.settle();
      market.setOnDemand(instanceType, usd);
    },
  };
}
