export { createNominator, nominationManager, type Nominator, type NominatorDeps } from "./nominator.ts";
export { createPlannedPods, type PlannedPods } from "./planned-pods.ts";
export { createStaleNominations, type StaleNominationsDeps } from "./stale-nominations.ts";
