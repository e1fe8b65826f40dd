import {
  type Condition,
  conditionTypes,
  type KubeList,
  labels,
  machineType,
  type NodeClaim,
  nodeClaimType,
  type Provisioner,
  type ResourceType,
} from "../../api/index.ts";
import { claimKeyAt } from "../../core/index.ts";
import {
  isKubeFault,
  type KubeClient,
  type ListOptions,
  type PatchOptions,
  type WriteOptions,
} from "../../kube/index.ts";
import {
  type ClaimPatch,
  claimViewOfMachine,
  expiredReason,
  expiresAt,
  machineOfClaim,
  machinePatch,
  storedClaim,
  viewOfStoredClaim,
} from "../../legacy/index.ts";

/** NodeClaims and Machines as one kind, for reading and writing (spec: v1alpha5 5.6 step 5). */
export interface ClaimClient {
  get(name: string, options: { readonly signal?: AbortSignal }): Promise<NodeClaim>;
  list(options?: ListOptions): Promise<KubeList<NodeClaim>>;
  create(claim: NodeClaim, options?: WriteOptions): Promise<NodeClaim>;
  patch(name: string, options: PatchOptions): Promise<NodeClaim>;
}

export interface ClaimClientDeps {
  readonly kube: KubeClient;
  readonly provisioner: (name: string) => Provisioner | undefined;
  readonly driftEnabled: () => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createClaimClient(deps: ClaimClientDeps): ClaimClient {
  const { kube } = deps;
  const view = claimViewOfMachine;
  return {
    get: async (address, options) => {
      const { kind, name } = claimKeyAt(address);
      if (kind === "Machine") return view(await kube.get(machineType, { name }, options));
      return viewOfStoredClaim(await kube.get(nodeClaimType, { name }, options));
    },
    list: async (options) => {
      const [claims, machines] = await Promise.all([
        listServed(() => kube.list(nodeClaimType, options)),
        listServed(() => kube.list(machineType, options)),
      ]);
      const empty = { apiVersion: "karpenter.sh/v1", kind: "NodeClaimList", metadata: {} };
      const items = [...(claims?.items ?? []).map(viewOfStoredClaim), ...(machines?.items ?? []).map(view)];
      return { ...(claims ?? empty), items };
    },
    create: async (claim, options) => {
      const owner = claim.metadata.labels?.[labels.provisionerName];
      if (owner === undefined) return await kube.create(nodeClaimType, claim, options);
      const provisioner = deps.provisioner(owner);
      if (await kube.isServed(machineType, signalOf(options))) {
        return view(await kube.create(machineType, machineOfClaim(claim, provisioner), options));
      }
      return viewOfStoredClaim(await kube.create(nodeClaimType, storedClaim(claim, provisioner), options));
    },
    patch: async (address, options) => {
      const { kind, name } = claimKeyAt(address);
      const type = kind === "Machine" ? machineType : nodeClaimType;
      const patch = await gated(deps, { type, name }, options);
      if (kind === "NodeClaim") {
        return viewOfStoredClaim(await kube.patch(nodeClaimType, { name }, { ...options, body: patch }));
      }
      return view(await kube.patch(machineType, { name }, { ...options, body: machinePatch(patch) }));
    },
  };
}

const signalOf = (options: { readonly signal?: AbortSignal } | undefined) =>
  options?.signal === undefined ? {} : { signal: options.signal };

/** Undefined for a kind that the cluster does not serve: then there is none of it. */
async function listServed<T>(list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}

/** Drift that the gate does not let through is no drift; a machine that is too old is, gate or not (4.7.2, 4.7.3). */
async function gated(
  deps: ClaimClientDeps,
  { type, name }: { readonly type: ResourceType; readonly name: string },
  options: PatchOptions,
): Promise<ClaimPatch> {
  const patch = options.body as ClaimPatch;
  const conditions = patch.status?.conditions;
  if (deps.driftEnabled() || !conditions?.some(isGated)) return patch;
  const claim = await deps.kube.get(type, { name }, signalOf(options));
  const owner = claim.metadata.labels?.[labels.provisionerName];
  if (owner === undefined) return patch;
  const expiry = expiresAt(claim, deps.provisioner(owner));
  const expired = expiry !== undefined && deps.now() >= expiry;
  const passed = expired
    ? conditions.map((condition) => (isGated(condition) ? { ...condition, reason: expiredReason } : condition))
    : conditions.filter((condition) => !isGated(condition));
  return { ...patch, status: { ...patch.status, conditions: passed } };
}

const isGated = ({ type, reason }: Condition): boolean => type === conditionTypes.drifted && reason !== expiredReason;
