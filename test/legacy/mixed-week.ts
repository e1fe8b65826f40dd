/** A cluster of both eras lived through: two Provisioners, two NodePools, and loads that come and go (issue "Shown by"). */
import {
  deploymentType,
  ec2NodeClassType,
  type KubeObject,
  labels,
  machineType,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
  provisionerType,
  type ResourceType,
} from "../../src/api/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { createSeededRandom } from "../../src/platform/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

export interface MixedLife {
  /** `kind/name` of every owner that nodes had. */
  readonly owners: readonly string[];
  readonly nodes: number;
  /** What must not happen, in words; empty when all is well. */
  readonly faults: readonly string[];
}

const ownerKeys = [labels.nodePool, labels.provisionerName] as const;

/** Lives through the hours, with a change of each load every `everyHours`. Virtual time; some seconds a day. */
export async function liveMixed(given: {
  readonly seed: number;
  readonly hours: number;
  readonly everyHours: number;
}): Promise<MixedLife> {
  const faults = new Set<string>();
  const cluster = await eraCluster({
    keepPools: true,
    silent: true,
    seed: given.seed,
    families: ["m5", "c5"],
    pool: { disruption: { consolidateAfter: "60s", consolidationPolicy: "WhenEmptyOrUnderutilized" } },
    client: (kube) => watchedWrites(kube, faults),
  });
  await furnish(cluster);
  const random = createSeededRandom(String(given.seed));
  const seen = new Map<string, string>();
  const changes = Math.ceil(given.hours / given.everyHours);
  for (let change = 0; change < changes; change += 1) {
    for (const name of loads) await scale(cluster, name, Math.floor(random.next() * 7));
    for (let part = 0; part < 4; part += 1) {
      await cluster.clock.advance((given.everyHours * 3_600_000) / 4);
      await checkOwners(cluster, seen, faults);
    }
  }
  for (const name of loads) await scale(cluster, name, 2);
  const settled = async () => (await cluster.running()).length === 2 * loads.length;
  if (!(await cluster.until(settled, 600))) faults.add("in the end not every pod runs");
  await checkStatus(cluster, faults);
  await cluster.stop();
  return { owners: [...new Set(seen.values())].toSorted(), nodes: seen.size, faults: [...faults] };
}

/** `anyone`: a load that every pool may take; the others choose one owner each. */
const loads = ["old-a", "old-b", "new-a", "new-b", "anyone"] as const;

async function furnish(cluster: EraCluster): Promise<void> {
  const pool = await cluster.kube.get(nodePoolType, { name: "default" });
  await cluster.apply(
    template(),
    provisioner("default", { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 60, ttlSecondsUntilExpired: 86_400 }),
    provisioner("second", { ...typesOnly("c5.large", "c5.xlarge"), consolidation: { enabled: true } }),
    { ...pool, metadata: { name: "second" } } satisfies NodePool,
  );
  const selectors = [
    { [labels.provisionerName]: "default" },
    { [labels.provisionerName]: "second" },
    { [labels.nodePool]: "default" },
    { [labels.nodePool]: "second" },
    {},
  ];
  for (const [index, name] of loads.entries()) await cluster.run(name, 1, { nodeSelector: selectors[index] ?? {} });
}

const scale = ({ kube }: EraCluster, name: string, replicas: number) =>
  kube.patch(deploymentType, { name, namespace: "default" }, { type: "merge", body: { spec: { replicas } } });

const ownersOf = ({ metadata }: KubeObject): readonly string[] =>
  ownerKeys.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [`${key}=${value}`];
  });

async function checkOwners(cluster: EraCluster, seen: Map<string, string>, faults: Set<string>): Promise<void> {
  for (const node of await cluster.list(nodeType)) {
    const [owner = "nobody", ...others] = ownersOf(node);
    const { uid = "", name = "" } = node.metadata;
    if (others.length > 0) faults.add(`node ${name} has two owners`);
    if ((seen.get(uid) ?? owner) !== owner) faults.add(`node ${name} went from ${seen.get(uid)} to ${owner}`);
    seen.set(uid, owner);
  }
  for (const [type, key] of [
    [machineType, labels.provisionerName],
    [nodeClaimType, labels.nodePool],
  ] as const) {
    const foreign = (await cluster.list<KubeObject>(type)).filter(
      ({ metadata }) => metadata.labels?.[key] === undefined,
    );
    for (const { kind, metadata } of foreign) faults.add(`${kind} ${metadata.name} is not of its era`);
  }
}

/** Each owner counts the capacity of its own claims, once repacking has come to rest. */
async function checkStatus(cluster: EraCluster, faults: Set<string>): Promise<void> {
  const isRight = async () => (await miscounts(cluster)).length === 0;
  if (await cluster.until(isRight, 900)) return;
  for (const miscount of await miscounts(cluster)) faults.add(miscount);
}

async function miscounts(cluster: EraCluster): Promise<readonly string[]> {
  const owners: readonly (readonly [ResourceType, ResourceType, string])[] = [
    [provisionerType, machineType, labels.provisionerName],
    [nodePoolType, nodeClaimType, labels.nodePool],
  ];
  const wrong: string[] = [];
  for (const [ownerType, claimType, key] of owners) {
    const claims = await cluster.list(claimType);
    for (const owner of await cluster.list(ownerType)) {
      const own = claims.filter(({ metadata }) => metadata.labels?.[key] === owner.metadata.name);
      const held = own.reduce((sum, claim) => sum + cpuOf(claim, "capacity"), 0);
      const counted = cpuOf(owner, "resources");
      if (held !== counted) wrong.push(`${owner.kind} ${owner.metadata.name} counts ${counted} CPUs and holds ${held}`);
    }
  }
  return wrong;
}

const cpuOf = (object: KubeObject, field: "capacity" | "resources"): number => {
  const { status = {} } = object as { readonly status?: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  return Number(status[field]?.["cpu"] ?? 0);
};

/** Pools, classes and Provisioners are the user's: their specs are never written, and nothing of a kind is made for another. */
function watchedWrites(kube: KubeClient, faults: Set<string>): KubeClient {
  const users: readonly ResourceType[] = [nodePoolType, ec2NodeClassType, provisionerType];
  const isUsers = ({ kind }: ResourceType): boolean =>
    users.some((type) => type.kind === kind) || kind === "AWSNodeTemplate";
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    watch: (...args) => kube.watch(...args),
    isServed: (...args) => kube.isServed(...args),
    createSubresource: (...args) => kube.createSubresource(...args),
    delete: (type, ...rest) => {
      if (isUsers(type)) faults.add(`deleted a ${type.kind}`);
      return kube.delete(type, ...rest);
    },
    update: (type, ...rest) => {
      if (isUsers(type)) faults.add(`replaced a ${type.kind}`);
      return kube.update(type, ...rest);
    },
    create: (type, object, options) => {
      if (isUsers(type)) faults.add(`created a ${type.kind}`);
      const isEras = object.metadata.labels?.[labels.provisionerName] !== undefined;
      if (type.kind === "NodeClaim" && isEras) faults.add("created a NodeClaim for a Provisioner");
      if (type.kind === "Machine" && !isEras) faults.add("created a Machine for a NodePool");
      return kube.create(type, object, options);
    },
    patch: (type, name, options) => {
      if (isUsers(type) && typeof options.body === "object" && options.body !== null && "spec" in options.body)
        faults.add(`wrote the spec of ${type.kind} ${name.name}`);
      return kube.patch(type, name, options);
    },
  };
}
