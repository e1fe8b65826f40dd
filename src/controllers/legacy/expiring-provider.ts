import type { Provisioner } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { expiredReason, expiresAt } from "../../legacy/index.ts";

/**
 * Nodes of Provisioners expire as they drift: simulated, replaced, then drained (spec: v1alpha5 4.7.2). Their drift
 * itself is asked for only with the gate.
 */
export function withExpiry(
  inner: CloudProvider,
  era: {
    readonly clock: Clock;
    readonly provisioner: (name: string) => Provisioner | undefined;
    readonly driftEnabled: () => boolean;
  },
): CloudProvider {
  return {
    ...inner,
    driftReason: async (view, options) => {
      if (view.poolKey?.kind !== "Provisioner") return await inner.driftReason(view, options);
      const expiry = expiresAt(view.claim, era.provisioner(view.poolKey.name));
      if (expiry !== undefined && era.clock.now() >= expiry) return expiredReason;
      return era.driftEnabled() ? await inner.driftReason(view, options) : undefined;
    },
  };
}
