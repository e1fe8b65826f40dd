export { createEra, type Era, type EraDeps } from "./era.ts";
export { defaultEraSettings, type EraSettings } from "./era-settings.ts";
