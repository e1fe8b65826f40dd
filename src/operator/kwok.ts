import { kwokLabelRules, kwokNodeClassType, nodeClaimType } from "../api/index.ts";
import type { InstanceType } from "../core/index.ts";
import { createKwokProvider, genericInstanceTypes } from "../provider-kwok/index.ts";
import type { ProviderFactory } from "./provider-wiring.ts";

/** Nodes without machines, on the API server that the operator watches. */
export function kwokProvider(
  setup: {
    /** What is sold, in order of name: of a file (`parseInstanceTypes`), or the 144 generic types. */
    readonly instanceTypes?: readonly InstanceType[];
  } = {},
): ProviderFactory {
  const types = setup.instanceTypes ?? genericInstanceTypes();
  return ({ kube, informers, clock, ids, log }) => {
    const kwok = createKwokProvider({
      kube,
      clock,
      ids,
      log,
      instanceTypes: () => types,
      nodeClasses: informers.informer({ type: kwokNodeClassType }),
      nodeClaims: informers.informer({ type: nodeClaimType }),
    });
    return {
      provider: kwok.cloudProvider,
      collector: kwok.cloudProvider,
      reconcilers: kwok.reconcilers,
      labelRules: kwokLabelRules,
    };
  };
}
