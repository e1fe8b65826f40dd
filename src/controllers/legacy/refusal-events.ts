import type { Provisioner } from "../../api/index.ts";
import type { EventRecorder } from "../../kube/index.ts";

export interface RefusalEvents {
  /** Once for each new error of a Provisioner; without one the next counts as new. */
  readonly tell: (provisioner: Provisioner, error: string | undefined) => void;
  readonly publishTo: (events: EventRecorder) => void;
}

/** Tells why Provisioners are not served (spec: v1alpha5 5.6 step 1.1): without webhooks nobody refused them when they were written. */
export function createRefusalEvents(): RefusalEvents {
  const told = new Map<string, string>();
  const wired: { events?: EventRecorder } = {};
  return {
    publishTo: (events) => {
      wired.events = events;
    },
    tell: (provisioner, error) => {
      const { uid = "" } = provisioner.metadata;
      if (error === undefined) told.delete(uid);
      if (error === undefined || told.get(uid) === error) return;
      told.set(uid, error);
      const message = `not served: ${error.replaceAll("\n", ", ")}`;
      wired.events?.publish({ object: provisioner, type: "Warning", reason: "ProvisionerInvalid", message });
    },
  };
}
