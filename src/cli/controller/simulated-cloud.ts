import { createSimulatedAccount, startStandIns } from "../../local/index.ts";
import type { ProviderFactory } from "../../operator/index.ts";
import type { Lifecycle } from "../../platform/index.ts";
import { checkRegion } from "../clouds/region.ts";
import { simulatedProvider } from "../clouds/simulated-provider.ts";
import type { CloudSetup } from "./controller-call.ts";

/** The AWS provider on an account in this process; stand-in kubelets bring its machines into the cluster. */
export async function openSimulatedCloud(
  { call, settings, around, kube }: CloudSetup,
  lifecycle: Lifecycle,
): Promise<ProviderFactory> {
  checkRegion(call.region);
  const kubernetesVersion = await kube.kubernetesVersion({ signal: lifecycle.signal });
  const account = createSimulatedAccount({
    ...around,
    region: call.region,
    clusterName: settings.clusterName,
    kubernetesVersion,
  });
  if (settings.mode === "apply") {
    lifecycle.start("stand-in kubelets", async (own) => {
      // The volumes part plays the EBS driver; the claims of other classes are not its business.
      const parts = ["kubelets", "volumes"] as const;
      await startStandIns(
        { ...around, kube, parts, kubelets: { machines: account.machines }, volumes: { makesDefaultClass: false } },
        own,
      ).done;
    });
  }
  return simulatedProvider(account, { server: kube.server, kubernetesVersion }, { options: settings });
}
