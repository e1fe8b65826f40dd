import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { type Hosts, isAtWork } from "./hosts.ts";
import { nodeNameOf } from "./node-object.ts";

/** Tells the node lifecycle controller of the same process which kubelets are at work, instead of leases. */
export function tellOfKubelets(
  { clock, pulse }: StandInContext,
  { caches, hosts }: { readonly caches: Caches; readonly hosts: Hosts },
): void {
  const stoppedAt = new Map<string, number>();
  pulse.tellBy((nodeName) => (hosts.address(nodeName) === undefined ? stoppedAt.get(nodeName) : "now"));
  hosts.subscribe((machine) => {
    const nodeName = nodeNameOf(machine);
    // An older machine of that name has nothing to say any more.
    if (hosts.machineOf(nodeName)?.instanceId !== machine.instanceId) return;
    if (isAtWork(machine)) stoppedAt.delete(nodeName);
    else if (machine.state !== "pending" && !stoppedAt.has(nodeName)) stoppedAt.set(nodeName, clock.now());
    pulse.changed(nodeName);
  });
  caches.nodes().subscribe(({ type, object }) => {
    if (type === "deleted") stoppedAt.delete(object.metadata.name ?? "");
  });
}
