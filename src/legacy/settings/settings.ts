/** What the settings map says, decoded (spec: v1alpha5 3). */

export interface GlobalSettings {
  readonly batchMaxMilliseconds: number;
  readonly batchIdleMilliseconds: number;
  readonly driftEnabled: boolean;
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  readonly clusterCaBundle: string;
  readonly defaultInstanceProfile: string;
  /** Name of the queue; empty turns interruption handling off. */
  readonly interruptionQueue: string;
  readonly isolatedVpc: boolean;
  readonly vmMemoryOverheadPercent: number;
  readonly enablePodEni: boolean;
  readonly enableEniLimitedPodDensity: boolean;
  readonly reservedEnis: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly assumeRoleArn: string;
  readonly assumeRoleMilliseconds: number;
}

export const defaultSettings: GlobalSettings = Object.freeze({
  batchMaxMilliseconds: 10_000,
  batchIdleMilliseconds: 1_000,
  driftEnabled: false,
  clusterName: "",
  clusterEndpoint: "",
  clusterCaBundle: "",
  defaultInstanceProfile: "",
  interruptionQueue: "",
  isolatedVpc: false,
  vmMemoryOverheadPercent: 0.075,
  enablePodEni: false,
  enableEniLimitedPodDensity: true,
  reservedEnis: 0,
  tags: {},
  assumeRoleArn: "",
  assumeRoleMilliseconds: 900_000,
});

/** Settings that take effect only with the next start (D6). */
export const restartSettings = [
  "clusterName",
  "clusterEndpoint",
  "clusterCaBundle",
] as const satisfies readonly (keyof GlobalSettings)[];

/** Settings that shape what machines hold, so that lists of types must be made anew. */
export const capacitySettings = [
  "vmMemoryOverheadPercent",
  "reservedEnis",
  "enablePodEni",
  "enableEniLimitedPodDensity",
] as const satisfies readonly (keyof GlobalSettings)[];

/** What an edit means: values to use from now on, and names of those that wait for a restart. */
export function reloadSettings(
  running: GlobalSettings,
  edited: GlobalSettings,
): { readonly settings: GlobalSettings; readonly waiting: readonly string[]; readonly capacityChanged: boolean } {
  const kept = Object.fromEntries(restartSettings.map((name) => [name, running[name]]));
  return {
    settings: { ...edited, ...kept },
    waiting: restartSettings.filter((name) => edited[name] !== running[name]),
    capacityChanged: capacitySettings.some((name) => edited[name] !== running[name]),
  };
}
