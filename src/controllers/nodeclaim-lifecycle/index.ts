export { createNodeClaimLifecycle } from "./lifecycle.ts";
export {
  defaultLifecycleLimits,
  type LifecycleDeps,
  type LifecycleLimits,
  type RegistrationHook,
  type RegistrationOutcomes,
} from "./step.ts";
