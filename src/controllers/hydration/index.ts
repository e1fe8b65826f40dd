export { createNodeClaimHydration, createNodeHydration, type HydrationDeps } from "./hydration.ts";
