/** Pools of both eras under one face: the rules say "pool" and mean Provisioner and NodePool (v1alpha5 6.1). */
import {
  capacityTypes,
  labels,
  type NodePool,
  parseDurationMillis,
  type Provisioner,
  type RequirementSpec,
  type ResourceQuantities,
  type Taint,
  withProvisionerDefaults,
} from "../../api/index.ts";
import {
  addRequirements,
  hasValue,
  labelRequirements,
  requirementFor,
  type Requirements,
  specRequirements,
} from "../../core/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { ValuePath } from "../model/place.ts";

export interface Pool {
  readonly entry: ManifestObject;
  readonly era: "v1alpha5" | "v1";
  /** `Provisioner gpu`, `NodePool gpu`. */
  readonly title: string;
  readonly name: string;
  /** Without the defaults of admission. */
  readonly written: readonly RequirementSpec[];
  readonly labels: Readonly<Record<string, string>>;
  /** Written ones and defaults, labels included. */
  readonly requirements: Requirements;
  /** Requirements and defaults alone. */
  readonly required: Requirements;
  readonly taints: readonly Taint[];
  readonly limits: ResourceQuantities;
  readonly weight: number;
  /** Seconds; undefined for never. */
  readonly expirySeconds: number | undefined;
  readonly emptySeconds: number | undefined;
  /** Nodes in use are consolidated, not only empty ones. */
  readonly consolidates: boolean;
  readonly usage: ResourceQuantities;
  /** Its machines are in the catalogue of EC2; of others nothing is known. */
  readonly isEc2: boolean;
  readonly paths: PoolPaths;
}

/** Where each field stands in the object of its era. */
export interface PoolPaths {
  readonly requirements: ValuePath;
  readonly limits: ValuePath;
  readonly expiry: ValuePath;
  readonly empty: ValuePath;
  readonly taints: ValuePath;
  readonly weight: ValuePath;
}

const eraPaths: PoolPaths = {
  requirements: ["spec", "requirements"],
  limits: ["spec", "limits", "resources"],
  expiry: ["spec", "ttlSecondsUntilExpired"],
  empty: ["spec", "ttlSecondsAfterEmpty"],
  taints: ["spec", "taints"],
  weight: ["spec", "weight"],
};

const poolPaths: PoolPaths = {
  requirements: ["spec", "template", "spec", "requirements"],
  limits: ["spec", "limits"],
  expiry: ["spec", "template", "spec", "expireAfter"],
  empty: ["spec", "disruption", "consolidateAfter"],
  taints: ["spec", "template", "spec", "taints"],
  weight: ["spec", "weight"],
};

/** Undefined for objects that are no pool. */
export function poolOf(entry: ManifestObject): Pool | undefined {
  const { apiVersion, kind } = entry.object;
  if (apiVersion === "karpenter.sh/v1alpha5" && kind === "Provisioner") return eraPool(entry, entry.object);
  if (apiVersion === "karpenter.sh/v1" && kind === "NodePool") return todaysPool(entry, entry.object as NodePool);
  return undefined;
}

function eraPool(entry: ManifestObject, provisioner: Provisioner): Pool {
  const { spec = {}, metadata, status } = provisioner;
  const { name = "" } = metadata;
  const { labels: own = {}, taints = [], limits = {}, weight = 0, consolidation = {}, ttlSecondsAfterEmpty } = spec;
  const written = readable(spec.requirements);
  const defaulted = withProvisionerDefaults({ ...provisioner, spec: { ...spec, requirements: written } });
  const required = specRequirements(defaulted.spec?.requirements);
  const isConsolidated = consolidation.enabled === true;
  return {
    entry,
    era: "v1alpha5",
    title: `Provisioner ${name}`,
    name,
    written,
    labels: own,
    required,
    requirements: addRequirements(required, labelRequirements({ ...own, [labels.provisionerName]: name })),
    taints,
    limits: limits.resources ?? {},
    weight,
    expirySeconds: spec.ttlSecondsUntilExpired,
    emptySeconds: isConsolidated ? 0 : ttlSecondsAfterEmpty,
    consolidates: isConsolidated,
    usage: usageOf(status),
    isEc2: true,
    paths: eraPaths,
  };
}

const usageOf = (status: { readonly resources?: ResourceQuantities } = {}): ResourceQuantities =>
  status.resources ?? {};

function todaysPool(entry: ManifestObject, pool: NodePool): Pool {
  const { metadata, status } = pool;
  const { name = "" } = metadata;
  const { limits = {}, weight = 0, disruption = {}, ...rest } = looseSpec(pool);
  const { labels: own = {} } = rest.template?.metadata ?? {};
  const node = rest.template?.spec ?? {};
  const written = readable(node.requirements);
  const required = specRequirements(written);
  return {
    entry,
    era: "v1",
    title: `NodePool ${name}`,
    name,
    written,
    labels: own,
    required,
    requirements: addRequirements(required, labelRequirements({ ...own, [labels.nodePool]: name })),
    taints: node.taints ?? [],
    limits,
    weight,
    ...lifetimeOf(node, disruption),
    usage: usageOf(status),
    isEc2: isEc2Class(node.nodeClassRef),
    paths: poolPaths,
  };
}

type Template = NodePool["spec"]["template"];

interface LooseSpec extends Partial<Omit<NodePool["spec"], "template">> {
  readonly template?: Pick<Template, "metadata"> & { readonly spec?: Partial<Template["spec"]> };
}

/** A file may leave out anything. */
const looseSpec = (pool: { readonly spec?: LooseSpec }): LooseSpec => pool.spec ?? {};

/** Both times have a default that admission writes (api 1.6). */
const lifetimeOf = (node: Partial<Template["spec"]>, disruption: NonNullable<NodePool["spec"]["disruption"]>) => ({
  expirySeconds: secondsOf(node.expireAfter ?? "720h"),
  emptySeconds: secondsOf(disruption.consolidateAfter ?? "0s"),
  consolidates: consolidates(disruption),
});

const ec2Group = "karpenter.k8s.aws";

const isEc2Class = (ref: Partial<Template["spec"]["nodeClassRef"]> = {}): boolean =>
  (ref.group ?? ec2Group) === ec2Group;

function consolidates(disruption: NodePool["spec"]["disruption"] = {}): boolean {
  return disruption.consolidationPolicy !== "WhenEmpty" && disruption.consolidateAfter !== "Never";
}

function secondsOf(duration: string): number | undefined {
  const millis = duration === "Never" ? undefined : parseDurationMillis(duration);
  return millis === undefined ? undefined : millis / 1000;
}

/** Entries that admission could read; the others are KBP143's. */
function readable(specs: unknown): readonly RequirementSpec[] {
  if (!Array.isArray(specs)) return [];
  return specs.filter(isReadable);
}

function isReadable(spec: unknown): spec is RequirementSpec {
  if (typeof spec !== "object" || spec === null || !("key" in spec) || typeof spec.key !== "string") return false;
  return !("values" in spec) || (Array.isArray(spec.values) && spec.values.every((value) => typeof value === "string"));
}

export const allowsSpot = ({ requirements }: Pool): boolean =>
  hasValue(requirementFor(requirements, labels.capacityType), capacityTypes.spot);

export const allowsOnDemand = ({ requirements }: Pool): boolean =>
  hasValue(requirementFor(requirements, labels.capacityType), capacityTypes.onDemand);

/** Index of the written requirement about `key`, as a path; the whole list where there is none. */
export function requirementPath(pool: Pool, key: string): ValuePath {
  const index = pool.written.findIndex((spec) => spec.key === key);
  return index < 0 ? pool.paths.requirements : [...pool.paths.requirements, index];
}
