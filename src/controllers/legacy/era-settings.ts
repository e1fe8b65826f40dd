import type { EraDefaults } from "../../api/index.ts";
import type { ProviderValidation } from "../../api/index.ts";
import { defaultSettings, type GlobalSettings } from "../../legacy/index.ts";

/** How objects of the era are read. */
export interface EraSettings {
  readonly global: GlobalSettings;
  /** Requirements that are added to Provisioners without them (D13). */
  readonly instanceDefaults: EraDefaults;
  /** `strict` wants a provider or a providerRef (D3). */
  readonly providerValidation: ProviderValidation;
}

export const defaultEraSettings: EraSettings = Object.freeze({
  global: defaultSettings,
  instanceDefaults: "baseline",
  providerValidation: "lenient",
});
