import { type NodeClaim, resourceType } from "../../src/api/index.ts";
import { type ClaimView, epochMillisOf, failed, type InstanceType, ok } from "../../src/core/index.ts";
import type { Clock } from "../../src/platform/index.ts";
import type {
  CloudInstance,
  CloudProvider,
  InstanceCollector,
  InstanceFailure,
  LaunchFailure,
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
  /** How long an instance takes to be gone after its deletion was accepted. */
  terminationMilliseconds: number;
  /** How long a create takes. */
  launchMilliseconds: number;
  instanceTypeList: readonly InstanceType[];
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
    terminationMilliseconds: 0,
    launchMilliseconds: 0,
    instanceTypeList: [],
    create: async ({ claim }: ClaimView) => {
      creates.push(claim.metadata.name ?? "");
      if (fake.launchMilliseconds > 0) await clock.sleep(fake.launchMilliseconds);
      const failure = fake.onCreate(claim);
      if (failure !== undefined) return failed(failure);
      sequence += 1;
      const instance = instanceFor(claim, sequence, clock);
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
    instanceTypes: async () => ok(fake.instanceTypeList),
    driftReason: async () => undefined,
    terminateUnowned: async ({ providerId }) => terminate(providerId),
    vanish: (providerId) => instances.delete(providerId),
    leak: (instance) => {
      instances.set(instance.providerId, { ...instanceFor(undefined, 0, clock), ...instance });
    },
  };
  return fake;
}

/** The first type and zone that the claim allows: tests choose by what they ask for. */
function instanceFor(claim: NodeClaim | undefined, sequence: number, clock: Clock): CloudInstance {
  const valueOf = (key: string, otherwise: string): string =>
    claim?.spec.requirements.find((requirement) => requirement.key === key)?.values?.[0] ?? otherwise;
  const instanceType = valueOf("node.kubernetes.io/instance-type", "small");
  const zone = valueOf("topology.kubernetes.io/zone", "test-zone-1");
  const capacityType = valueOf("karpenter.sh/capacity-type", "on-demand");
  return {
    providerId: `fake:///${zone}/i-${String(sequence).padStart(4, "0")}`,
    instanceType,
    zone,
    capacityType,
    imageId: "image-1",
    launchedAt: epochMillisOf(clock.now()),
    terminating: false,
    labels: {
      "node.kubernetes.io/instance-type": instanceType,
      "topology.kubernetes.io/zone": zone,
      "karpenter.sh/capacity-type": capacityType,
      "kubernetes.io/arch": "amd64",
      "kubernetes.io/os": "linux",
    },
    annotations: { "fake/launched": "yes" },
    capacity: { cpu: "4", memory: "8Gi", pods: "20" },
    allocatable: { cpu: "3900m", memory: "7Gi", pods: "20" },
    poolName: claim?.metadata.labels?.["karpenter.sh/nodepool"] ?? "",
    price: 0.1,
  };
}
