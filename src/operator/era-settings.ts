import { defaultEraSettings, type EraSettings } from "../controllers/index.ts";
import type { OperatorOptions } from "./options.ts";

/** Settings of the v1alpha5 era where no settings map says otherwise: those of the process (spec: v1alpha5 5.4). */
export function eraSettings(options: OperatorOptions): EraSettings {
  return {
    ...defaultEraSettings,
    global: {
      ...defaultEraSettings.global,
      clusterName: options.clusterName,
      interruptionQueue: options.interruptionQueue,
      isolatedVpc: options.isolatedVpc,
      vmMemoryOverheadPercent: options.vmMemoryOverheadPercent,
      reservedEnis: options.reservedEnis,
      batchIdleMilliseconds: options.batchIdleMilliseconds,
      batchMaxMilliseconds: options.batchMaxMilliseconds,
    },
  };
}
