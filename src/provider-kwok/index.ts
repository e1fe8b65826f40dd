export { createKwokProvider, type KwokProvider, type KwokProviderDeps } from "./kwok-provider.ts";
export type { KwokCloudProvider } from "./provider.ts";
export { genericInstanceTypes } from "./types/generic-types.ts";
export { parseInstanceTypes, type TypesFileFailure } from "./types/types-file.ts";
