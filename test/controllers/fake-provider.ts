import { labels, type NodeClaim, resourceType } from "../../src/api/index.ts";
import {
  allocatableOf,
  type ClaimView,
  epochMillisOf,
  failed,
  formatResources,
  type InstanceType,
  intersects,
  ok,
  requirementOf,
  requirementsOf,
} from "../../src/core/index.ts";
import type { Clock } from "../../src/platform/index.ts";
import type {
  CloudInstance,
  CloudProvider,
  InstanceCollector,
  InstanceFailure,
  LaunchFailure,
  RepairPolicy,
} from "../../src/provider/index.ts";

export const testNodeClassType = resourceType(
  "karpenter.test.sh/v1alpha1",
  "TestNodeClass",
  "testnodeclasses",
  "Cluster",
);

type Behaviour<T> = (claim: NodeClaim) => T | undefined;

/** A cloud of plain values: what it was asked, what it holds, and what tests tell it to answer. */
export interface FakeProvider extends CloudProvider, InstanceCollector {
  readonly creates: readonly string[];
  readonly deletes: readonly string[];
  readonly instances: ReadonlyMap<string, CloudInstance>;
  /** Answer of the next creates; undefined launches as usual. Throwing rejects. */
  onCreate: Behaviour<LaunchFailure>;
  onDelete: Behaviour<InstanceFailure>;
  onGet: (providerId: string) => InstanceFailure | undefined;
  /** The provider's own drift reason. Throwing rejects. */
  onDrift: (claim: NodeClaim) => string | undefined;
  repairPolicies: readonly RepairPolicy[];
  /** How long an instance takes to be gone after its deletion was accepted. */
  terminationMilliseconds: number;
  /** How long a create takes. */
  launchMilliseconds: number;
  /** What is sold. While it is empty, anything that a claim names is launched. */
  instanceTypeList: readonly InstanceType[];
  /** Node classes that exist, by name. */
  nodeClasses: readonly string[] | "any";
  vanish(providerId: string): void;
  leak(instance: Partial<CloudInstance> & { readonly providerId: string }): void;
}

export function createFakeProvider(clock: Clock): FakeProvider {
  const creates: string[] = [];
  const deletes: string[] = [];
  const instances = new Map<string, CloudInstance>();
  let sequence = 0;
  const terminate = (providerId: string): void => {
    const instance = instances.get(providerId);
    if (instance === undefined || instance.terminating) return;
    instances.set(providerId, { ...instance, terminating: true });
    clock.after(fake.terminationMilliseconds, () => instances.delete(providerId));
  };
  const hasClass = (name: string): boolean => fake.nodeClasses === "any" || fake.nodeClasses.includes(name);
  const choose = (claim: NodeClaim): Choice | undefined => {
    if (!hasClass(claim.spec.nodeClassRef.name)) return undefined;
    return fake.instanceTypeList.length === 0 ? asNamed(claim) : firstOffer(fake.instanceTypeList, claim);
  };
  const fake: FakeProvider = {
    name: "fake",
    nodeClassTypes: [testNodeClassType],
    repairPolicies: [],
    creates,
    deletes,
    instances,
    onCreate: () => undefined,
    onDelete: () => undefined,
    onGet: () => undefined,
    onDrift: () => undefined,
    terminationMilliseconds: 0,
    launchMilliseconds: 0,
    instanceTypeList: [],
    nodeClasses: "any",
    create: async ({ claim }: ClaimView, { signal }) => {
      signal.throwIfAborted();
      creates.push(claim.metadata.name ?? "");
      if (fake.launchMilliseconds > 0) await clock.sleep(fake.launchMilliseconds);
      const failure = fake.onCreate(claim);
      if (failure !== undefined) return failed(failure);
      const choice = choose(claim);
      if (choice === undefined) return failed({ kind: "insufficient-capacity", message: "nothing meets the claim" });
      sequence += 1;
      const instance = {
        ...instanceOf(choice, sequence, clock),
        poolName: claim.metadata.labels?.[labels.nodePool] ?? "",
      };
      instances.set(instance.providerId, instance);
      return ok(instance);
    },
    delete: async ({ claim }: ClaimView) => {
      deletes.push(claim.metadata.name ?? "");
      const failure = fake.onDelete(claim);
      if (failure !== undefined) return failed(failure);
      const providerId = claim.status?.providerID ?? "";
      if (!instances.has(providerId)) return failed({ kind: "not-found", message: "no such instance" });
      terminate(providerId);
      return ok("terminating");
    },
    get: async (providerId) => {
      const failure = fake.onGet(providerId);
      const instance = instances.get(providerId);
      if (failure !== undefined) return failed(failure);
      return instance === undefined ? failed({ kind: "not-found", message: "no such instance" }) : ok(instance);
    },
    list: async () => [...instances.values()].sort((a, b) => (a.providerId < b.providerId ? -1 : 1)),
    instanceTypes: async ({ pool }) =>
      hasClass(pool.spec.template.spec.nodeClassRef.name)
        ? ok(fake.instanceTypeList)
        : failed({ kind: "class-not-found", message: "no such node class" }),
    driftReason: async ({ claim }) => fake.onDrift(claim),
    terminateUnowned: async ({ providerId }) => terminate(providerId),
    vanish: (providerId) => instances.delete(providerId),
    leak: (instance) => {
      instances.set(instance.providerId, { ...instanceOf(asNamed(undefined), 0, clock), poolName: "", ...instance });
    },
  };
  return fake;
}

interface Choice {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
  readonly capacity: CloudInstance["capacity"];
  readonly allocatable: CloudInstance["allocatable"];
}

/** The first type and zone that the claim allows: tests choose by what they ask for. */
function asNamed(claim: NodeClaim | undefined): Choice {
  const valueOf = (key: string, otherwise: string): string =>
    claim?.spec.requirements.find((requirement) => requirement.key === key)?.values?.[0] ?? otherwise;
  return {
    instanceType: valueOf(labels.instanceType, "small"),
    zone: valueOf(labels.zone, "test-zone-1"),
    capacityType: valueOf(labels.capacityType, "on-demand"),
    price: 0.1,
    capacity: { cpu: "4", memory: "8Gi", pods: "20" },
    allocatable: { cpu: "3900m", memory: "7Gi", pods: "20" },
  };
}

/** The first of the sold types, in their order, with an offering that the claim allows. */
function firstOffer(types: readonly InstanceType[], claim: NodeClaim): Choice | undefined {
  const wanted = requirementsOf(claim.spec.requirements.map(requirementOf));
  for (const type of types.filter(({ requirements }) => intersects(requirements, wanted))) {
    const offering = type.offerings.find((each) => each.available && intersects(each.requirements, wanted));
    if (offering === undefined) continue;
    const { zone, capacityType, price } = offering;
    const amounts = { capacity: formatResources(type.capacity), allocatable: formatResources(allocatableOf(type)) };
    return { instanceType: type.name, zone, capacityType, price, ...amounts };
  }
  return undefined;
}

function instanceOf(choice: Choice, sequence: number, clock: Clock): Omit<CloudInstance, "poolName"> {
  const { instanceType, zone, capacityType } = choice;
  return {
    ...choice,
    providerId: `fake:///${zone}/i-${String(sequence).padStart(4, "0")}`,
    imageId: "image-1",
    launchedAt: epochMillisOf(clock.now()),
    terminating: false,
    labels: {
      [labels.instanceType]: instanceType,
      [labels.zone]: zone,
      [labels.capacityType]: capacityType,
      [labels.arch]: "amd64",
      [labels.os]: "linux",
    },
    annotations: { "fake/launched": "yes" },
  };
}
