import type { AwsProviderOptions } from "./options.ts";

/** Settings that may be edited while the provider runs (spec: v1alpha5 3.4, D6); everything else is read once. */
export type AwsLiveSettings = Pick<
  AwsProviderOptions,
  "interruptionQueue" | "isolatedVpc" | "vmMemoryOverheadPercent" | "reservedEnis"
>;

/** The options with live ones read whenever they are used. Do not spread the answer: a copy stays as it was. */
export function followed(options: AwsProviderOptions, live: (() => AwsLiveSettings) | undefined): AwsProviderOptions {
  if (live === undefined) return options;
  return {
    ...options,
    get interruptionQueue() {
      return live().interruptionQueue;
    },
    get isolatedVpc() {
      return live().isolatedVpc;
    },
    get vmMemoryOverheadPercent() {
      return live().vmMemoryOverheadPercent;
    },
    get reservedEnis() {
      return live().reservedEnis;
    },
  };
}
