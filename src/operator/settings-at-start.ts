import { type ConfigMap, configMapType } from "../api/index.ts";
import { isKubeFault, type KubeClient } from "../kube/index.ts";
import type { Logger } from "../platform/index.ts";
import { type GlobalSettings, globalSettingsName, parseSettings, problemsText } from "../legacy/index.ts";
import { defaultOptions, type OperatorOptions } from "./options.ts";

/**
 * The options with what `karpenter-global-settings` says of the cluster where the process was told nothing: settings that
 * are read once (spec: v1alpha5 3.4, 5.4). Rejects, naming the key, when the map does not parse or names another queue than
 * the process (3.2, D5). Everything else of the map is followed while running.
 */
export async function withSettingsMap(
  options: OperatorOptions,
  cluster: { readonly kube: KubeClient; readonly namespace: string; readonly log: Logger },
  run: { readonly signal: AbortSignal },
): Promise<OperatorOptions> {
  const map = await readMap(cluster, run.signal);
  if (map === undefined) return options;
  const parsed = parseSettings(map.data ?? {});
  if (!parsed.ok) throw new Error(`${globalSettingsName} cannot be read: ${problemsText(parsed.failure)}`);
  const { settings } = parsed.value;
  refuseTwoQueues(options, settings);
  const chosen = (name: "clusterName" | "clusterEndpoint" | "clusterCaBundle"): string =>
    options[name] === defaultOptions[name] ? settings[name] : options[name];
  return {
    ...options,
    clusterName: chosen("clusterName"),
    clusterEndpoint: chosen("clusterEndpoint"),
    clusterCaBundle: chosen("clusterCaBundle"),
  };
}

/** Read as it will be watched, so that it takes no right of its own. */
async function readMap(
  { kube, namespace, log }: Parameters<typeof withSettingsMap>[1],
  signal: AbortSignal,
): Promise<ConfigMap | undefined> {
  try {
    const fieldSelector = `metadata.name=${globalSettingsName}`;
    const { items } = await kube.list(configMapType, { namespace, fieldSelector, signal });
    return items.find(({ metadata }) => metadata.name === globalSettingsName);
  } catch (error) {
    if (!isKubeFault(error, "Forbidden")) throw error;
    log.warn("the settings map of v1alpha5 may not be read, it counts as absent", {
      namespace,
      name: globalSettingsName,
    });
    return undefined;
  }
}

function refuseTwoQueues({ interruptionQueue: own }: OperatorOptions, { interruptionQueue }: GlobalSettings): void {
  if (own === "" || interruptionQueue === "" || own === interruptionQueue) return;
  throw new Error(
    `two interruption queues: the option says "${own}", ${globalSettingsName} says "${interruptionQueue}"; keep one of them`,
  );
}
