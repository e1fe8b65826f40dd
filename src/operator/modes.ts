import { apiVersionOf, eventType, nodeClaimType, nodePoolType, nodeType, type ResourceType } from "../api/index.ts";
import { type KubeClient, KubeFault } from "../kube/index.ts";
import type { CloudProvider, InstanceCollector } from "../provider/index.ts";
import { ProviderFault } from "../provider/index.ts";

/**
 * `apply` acts; `plan` decides and tells, writing only events and status; `observe` writes nothing (spec: product 4).
 * `consolidate` removes and replaces nodes of pools that were handed over to it, and leaves all else to another controller.
 */
export type OperatorMode = "apply" | "consolidate" | "plan" | "observe";

const isSameType = (a: ResourceType, b: ResourceType): boolean =>
  apiVersionOf(a) === apiVersionOf(b) && a.plural === b.plural;

/** The client of a mode. The loops of the mode do not try what it forbids; this is the fence that proves it. */
export function restrictClient(
  kube: KubeClient,
  mode: OperatorMode,
  nodeClassTypes: readonly ResourceType[],
): KubeClient {
  if (mode === "apply") return kube;
  const refuse = (verb: string, type: ResourceType): Promise<never> =>
    Promise.reject(new KubeFault("Forbidden", `mode ${mode} does not ${verb} ${type.plural}`, { code: 403 }));
  const consolidates = mode === "consolidate";
  const isEvent = (type: ResourceType): boolean => (mode === "plan" || consolidates) && isSameType(type, eventType);
  const ownStatus = [nodePoolType, ...nodeClassTypes];
  const isStatus = (type: ResourceType, subresource: string | undefined): boolean =>
    mode === "plan" && subresource === "status" && ownStatus.some((own) => isSameType(own, type));
  // Taints of nodes, replacements, the reason on claims, the end of claims: the rest is done by whoever owns their life.
  const isClaim = (type: ResourceType): boolean => consolidates && isSameType(type, nodeClaimType);
  const isMark = (type: ResourceType, subresource: string | undefined): boolean =>
    consolidates &&
    (isSameType(type, nodeType) ? subresource === undefined : isClaim(type) && subresource === "status");
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    watch: (...args) => kube.watch(...args),
    isServed: (...args) => kube.isServed(...args),
    create: (type, object, options) =>
      isEvent(type) || isClaim(type) ? kube.create(type, object, options) : refuse("create", type),
    update: (type, object, options) =>
      isStatus(type, options?.subresource) ? kube.update(type, object, options) : refuse("update", type),
    patch: (type, name, options) =>
      isEvent(type) || isStatus(type, options.subresource) || isMark(type, options.subresource)
        ? kube.patch(type, name, options)
        : refuse("patch", type),
    delete: (type, name, options) => (isClaim(type) ? kube.delete(type, name, options) : refuse("delete", type)),
    createSubresource: (type, _name, subresource) => refuse(`create ${subresource} of`, type),
  };
}

/** The cloud of a mode: it may be read, and nothing is launched or ended. */
export function restrictProvider(provider: CloudProvider, mode: OperatorMode): CloudProvider {
  if (mode === "apply") return provider;
  return {
    name: provider.name,
    nodeClassTypes: provider.nodeClassTypes,
    repairPolicies: provider.repairPolicies,
    create: () => refuseCloud(mode, "launch"),
    delete: () => refuseCloud(mode, "terminate"),
    get: (...args) => provider.get(...args),
    list: (...args) => provider.list(...args),
    instanceTypes: (...args) => provider.instanceTypes(...args),
    driftReason: (...args) => provider.driftReason(...args),
  };
}

export const restrictCollector = (collector: InstanceCollector, mode: OperatorMode): InstanceCollector =>
  mode === "apply" ? collector : { terminateUnowned: () => refuseCloud(mode, "terminate") };

const refuseCloud = (mode: OperatorMode, verb: string): Promise<never> =>
  Promise.reject(new ProviderFault("READ_ONLY", `mode ${mode} does not ${verb} machines`, { retry: "never" }));
