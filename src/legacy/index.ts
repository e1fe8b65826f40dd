/** The v1alpha5 era as pure functions: settings map, views of its objects, converter (spec: v1alpha5). */
export * from "./claims/expiry.ts";
export * from "./claims/machine-view.ts";
export * from "./claims/stored-claim.ts";
export { expiredReason } from "./claims/rename.ts";
export * from "./convert/conversion.ts";
export * from "./convert/convert-set.ts";
export { isBetaObject } from "./convert/beta.ts";
export * from "./log/founding-forms.ts";
export { foundingLines, isolatedVpcNotice, type LaunchNotes, type NodeTimers } from "./log/founding-translation.ts";
export * from "./log/limit-line.ts";
export * from "./log/limit-excess.ts";
export * from "./log/arbitrary-choice.ts";
export * from "./settings/keys.ts";
export * from "./settings/parse-settings.ts";
export * from "./settings/settings.ts";
export * from "./views/class-view.ts";
export * from "./views/pool-view.ts";
export { nearestWord } from "./settings/nearest.ts";
