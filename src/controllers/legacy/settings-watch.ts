import { type ConfigMap, configMapType } from "../../api/index.ts";
import type { EventRecorder, Informer, InformerSet } from "../../kube/index.ts";
import type { Logger } from "../../platform/index.ts";
import {
  type GlobalSettings,
  globalSettingsName,
  parseSettings,
  problemsText,
  reloadSettings,
} from "../../legacy/index.ts";

/** The settings map of the controller's own namespace. */
export const settingsInformer = (informers: InformerSet, namespace: string): Informer<ConfigMap> =>
  informers.informer({ type: configMapType, namespace, fieldSelector: `metadata.name=${globalSettingsName}` });

/**
 * Reads the settings map, and again whenever it is edited (spec: v1alpha5 3.4, D6). An edit that does not parse is refused
 * as a whole, told where people look, and the last good settings stay; what needs a restart is told once.
 */
export function watchSettings(deps: {
  readonly map: Informer<ConfigMap>;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly settings: () => GlobalSettings;
  readonly use: (settings: GlobalSettings) => void;
}): void {
  const { log, events } = deps;
  const told = new Set<string>();
  const read = (map: ConfigMap, isFirst: boolean): void => {
    const parsed = parseSettings(map.data ?? {});
    if (!parsed.ok) {
      const message = `${globalSettingsName} is refused, the settings stay as they were: ${problemsText(parsed.failure)}`;
      log.error("global settings are refused", { problems: parsed.failure });
      events.publish({ object: map, type: "Warning", reason: "SettingsRefused", message });
      return;
    }
    for (const { key, message } of parsed.value.warnings) log.warn("global setting", { key, message });
    if (isFirst) return deps.use(parsed.value.settings);
    const { settings, waiting } = reloadSettings(deps.settings(), parsed.value.settings);
    for (const name of waiting.filter((each) => !told.has(each))) {
      told.add(name);
      log.warn("global setting needs a restart to take effect", { setting: name });
    }
    deps.use(settings);
  };
  let first = true;
  deps.map.subscribe(({ type, object }) => {
    if (type === "deleted") return;
    read(object, first);
    first = false;
  });
}
