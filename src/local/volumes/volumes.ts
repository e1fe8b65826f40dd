import { storageClassType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { openCaches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { createAttachmentController } from "./attachment-controller.ts";
import { createClaimController } from "./claim-controller.ts";
import { defaultAmong, defaultStorageClass } from "./default-storage-class.ts";
import { createEphemeralClaimController } from "./ephemeral-claim-controller.ts";
import { createVolumeController } from "./volume-controller.ts";

export interface VolumeOptions {
  /** Zones for volumes of Immediate classes that allow any; those of the nodes when absent. */
  readonly zones?: readonly string[];
  /** Makes the class `gp3` when the cluster starts without a default one; true by default. */
  readonly makesDefaultClass?: boolean;
}

/** Prepares the stand-ins for the volume controllers and the EBS driver (product 4.1). */
export function prepareVolumes(context: StandInContext, options: VolumeOptions = {}): readonly StandIn[] {
  const caches = openCaches(context.informers);
  const controllers = [
    createClaimController(context, { caches, zones: options.zones ?? [] }),
    createVolumeController(context, { caches }),
    createAttachmentController(context, { caches }),
    createEphemeralClaimController(context, { caches }),
  ];
  return options.makesDefaultClass === false ? controllers : [...controllers, defaultClass(context, caches)];
}

function defaultClass(context: StandInContext, caches: ReturnType<typeof openCaches>): StandIn {
  const storageClasses = caches.storageClasses();
  return {
    name: "local.default-storage-class",
    run: async (signal) => {
      if (defaultAmong(storageClasses.store.list()) !== undefined) return;
      try {
        await context.kube.create(storageClassType, defaultStorageClass, { signal });
      } catch (error) {
        if (!isKubeFault(error, "AlreadyExists") && !signal.aborted) throw error;
      }
    },
  };
}
