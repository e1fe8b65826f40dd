import {
  type ClusterSnapshot,
  createProvisioner,
  type ProvisioningOptions,
  type ProvisioningPlan,
} from "../../core/index.ts";
import { type Clock, createPacer } from "../../platform/index.ts";

/** Work units between two looks at the clock: some milliseconds. */
const unitsPerStep = 500;

/** Makes the plan in slices, so that leases are renewed and probes answered meanwhile (house rule R8). */
export async function planInSlices(
  snapshot: ClusterSnapshot,
  options: ProvisioningOptions,
  run: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ProvisioningPlan> {
  const pacer = createPacer({ clock: run.clock });
  const provisioner = createProvisioner(snapshot, options);
  while (provisioner.step(unitsPerStep) === "more") {
    run.signal.throwIfAborted();
    await pacer.breathe();
  }
  return provisioner.plan();
}
