import { type BatcherOptions, defaultEraSettings, type EraSettings } from "../controllers/index.ts";
import type { Clock } from "../platform/index.ts";
import { defaultOptions, type OperatorOptions } from "./options.ts";

/** Settings of the v1alpha5 era where no settings map says otherwise: those of the process (spec: v1alpha5 5.4). */
export function eraSettings(options: OperatorOptions): EraSettings {
  return {
    instanceDefaults: options.instanceDefaults,
    providerValidation: options.providerValidation,
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

type BatchDuration = "batchIdleMilliseconds" | "batchMaxMilliseconds";

/** Batch durations, followed while running: those of the process where it was told any, else the settings map's. */
export function batchingOf(from: {
  readonly clock: Clock;
  readonly options: OperatorOptions;
  readonly settings: () => EraSettings;
  readonly onClosed: ((milliseconds: number) => void) | undefined;
}): BatcherOptions {
  const { clock, options, settings, onClosed } = from;
  const chosen = (name: BatchDuration): number =>
    options[name] === defaultOptions[name] ? settings().global[name] : options[name];
  return {
    clock,
    ...(onClosed === undefined ? {} : { onClosed }),
    get idleMilliseconds() {
      return chosen("batchIdleMilliseconds");
    },
    get maxMilliseconds() {
      return chosen("batchMaxMilliseconds");
    },
  };
}
