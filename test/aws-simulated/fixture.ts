/** The whole AWS provider over a simulated account, on a clock that is moved by hand. */
import {
  conditionTypes,
  type EC2NodeClass,
  type EC2NodeClassSpec,
  ec2NodeClassConditionSet,
  type NodePool,
  setCondition,
} from "../../src/api/index.ts";
import type { PoolView } from "../../src/core/index.ts";
import type { EventRecorder } from "../../src/kube/index.ts";
import { createSimulatedAccount, type SimulatedAccount, type SimulatedAccountOptions } from "../../src/local/index.ts";
import {
  createManualClock,
  createRecordingLogger,
  createSeededRandom,
  type ManualClock,
  type MetricsRegistry,
  type RecordingLogger,
} from "../../src/platform/index.ts";
import { loadCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import {
  type AwsLiveSettings,
  type AwsProvider,
  type AwsProviderOptions,
  createAwsProvider,
  defaultAwsProviderOptions,
} from "../../src/provider-aws/index.ts";

export const clusterName = "karpenter-ts";

/** Read once for all tests: it never changes. */
const catalogue = loadCatalogue();

export interface AwsFixture {
  readonly clock: ManualClock;
  readonly account: SimulatedAccount;
  readonly aws: AwsProvider;
  readonly log: RecordingLogger;
  readonly nodeClasses: Map<string, EC2NodeClass>;
  readonly pool: PoolView;
  /** Resolves the call while moving the clock. */
  readonly run: <T>(call: Promise<T>) => Promise<T>;
}

export interface FixtureOptions {
  readonly spec?: Partial<EC2NodeClassSpec>;
  readonly account?: Partial<SimulatedAccountOptions>;
  readonly provider?: Partial<AwsProviderOptions>;
  /** Settings that the test edits while the provider runs. */
  readonly live?: () => AwsLiveSettings;
  /** Whether there are Machines of the v1alpha5 era. */
  readonly hasMachines?: () => boolean;
  readonly wrapClients?: (clients: AwsClients) => AwsClients;
  readonly metrics?: MetricsRegistry;
  readonly events?: EventRecorder;
  readonly kubernetesVersion?: string;
  /** Another process on the same account and clock. */
  readonly previous?: AwsFixture;
  /** Changes the account before the provider starts. */
  readonly prepare?: (account: SimulatedAccount, clock: ManualClock) => void;
}

export async function createAwsFixture(options: FixtureOptions = {}): Promise<AwsFixture> {
  const { previous } = options;
  const clock = previous?.clock ?? createManualClock();
  const random = createSeededRandom("aws");
  const account =
    previous?.account ?? createSimulatedAccount({ clock, random, clusterName, catalogue, ...options.account });
  options.prepare?.(account, clock);
  const clients = options.wrapClients?.(account.clients) ?? account.clients;
  const nodeClasses = previous?.nodeClasses ?? new Map<string, EC2NodeClass>();
  const log = createRecordingLogger();
  const aws = createAwsProvider({
    clients,
    clock,
    log,
    metrics: options.metrics,
    events: options.events,
    nodeClasses: (name) => nodeClasses.get(name),
    kubernetesVersion: () => options.kubernetesVersion ?? "1.34",
    live: options.live,
    hasMachines: options.hasMachines,
    options: {
      ...defaultAwsProviderOptions,
      region: account.region,
      cluster: { name: clusterName, endpoint: "https://cluster.example", caBundle: "Y2E=", dns: "10.96.0.10" },
      ...options.provider,
    },
  });
  const run = <T>(call: Promise<T>): Promise<T> => runOn(clock, call);
  await run(aws.start({ signal: new AbortController().signal }));
  if (previous === undefined) nodeClasses.set("default", await readyNodeClass(account, options.spec));
  return { clock, account, aws, log, nodeClasses, pool: poolOf(), run };
}

/** Moves the clock in small steps until the call has settled. */
export async function runOn<T>(clock: ManualClock, call: Promise<T>): Promise<T> {
  let settled = false;
  const done = call.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  for (let step = 0; step < 10_000; step += 1) {
    await clock.advance(settled ? 0 : 5);
    if (settled) return await done;
  }
  throw new Error("the call did not settle within 50 s of virtual time");
}

/** A class as its controller leaves it: everything resolved from the account. */
async function readyNodeClass(account: SimulatedAccount, spec: Partial<EC2NodeClassSpec> = {}): Promise<EC2NodeClass> {
  const { ec2 } = account.clients;
  const { Subnets = [] } = await ec2.describeSubnets({});
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({});
  const { Images = [] } = await ec2.describeImages({
    Filters: [{ Name: "name", Values: ["*al2023*standard*"] }],
  });
  const nodeClass: EC2NodeClass = {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default", uid: "uid-default", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": clusterName } }],
      securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": clusterName } }],
      role: "node",
      ...spec,
    },
    status: {
      subnets: Subnets.map(({ SubnetId = "", AvailabilityZone = "", AvailabilityZoneId = "" }) => ({
        id: SubnetId,
        zone: AvailabilityZone,
        zoneID: AvailabilityZoneId,
      })),
      securityGroups: SecurityGroups.map(({ GroupId = "" }) => ({ id: GroupId })),
      amis: Images.map(({ ImageId = "", Architecture }) => ({
        id: ImageId,
        requirements: [
          { key: "kubernetes.io/arch", operator: "In", values: [Architecture === "arm64" ? "arm64" : "amd64"] },
        ],
      })),
    },
  };
  return ready(nodeClass);
}

export const ready = (nodeClass: EC2NodeClass): EC2NodeClass =>
  ec2NodeClassConditionSet({ reservedCapacity: true }).dependents.reduce(
    (object, type) => setCondition(object, { type, status: "True" }, "2026-01-01T00:00:00Z"),
    nodeClass,
  );

export const unready = (nodeClass: EC2NodeClass): EC2NodeClass =>
  setCondition(
    nodeClass,
    { type: conditionTypes.subnetsReady, status: "False", reason: "SubnetsNotFound" },
    "2026-01-01T00:00:01Z",
  );

export function poolOf(requirements: NodePool["spec"]["template"]["spec"]["requirements"] = []): PoolView {
  const pool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [{ key: "kubernetes.io/os", operator: "In", values: ["linux"] }, ...requirements],
        },
      },
    },
  };
  return {
    key: { kind: "NodePool", name: "general" },
    classKey: { kind: "EC2NodeClass", name: "default" },
    pool,
  };
}
