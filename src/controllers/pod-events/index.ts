export { createPodEvents, type PodEventsDeps } from "./pod-events.ts";
