export { createLaunchCache, type LaunchCache } from "./launch-cache.ts";
export { createNodeClaimLifecycle } from "./lifecycle.ts";
export {
  defaultLifecycleLimits,
  type LifecycleDeps,
  type LifecycleLimits,
  type RegistrationHook,
  type RegistrationOutcomes,
} from "./step.ts";
