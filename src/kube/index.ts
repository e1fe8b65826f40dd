export * from "./client.ts";
export * from "./controller/controller.ts";
export {
  defaultLeaseDurations,
  type LeaderElectionOptions,
  LeadershipLost,
  type LeaseDurations,
  leadWithLease,
} from "./election/leader-election.ts";
export * from "./events/event-recorder.ts";
export * from "./fault.ts";
export * from "./informers/informer-set.ts";
export * from "./informers/own-writes.ts";
export { SharedInformer } from "./informers/shared-informer.ts";
export { defaultRateLimit, reasonableRateLimit } from "./queue/rate-limiter.ts";
export * from "./reconciler.ts";
export * from "./runtime.ts";
export * from "./token-bucket.ts";
export { createHttpClient, type HttpKubeClient } from "./transport/http-client.ts";
export type { HttpClientOptions } from "./transport/http-options.ts";
export * from "./transport/kubeconfig.ts";
export * from "./writers/create-delete.ts";
export { jsonEqual, mergeDiff } from "./writers/merge-diff.ts";
export {
  addFinalizer,
  type MetadataChange,
  patchLocked,
  patchMetadata,
  patchObject,
  removeFinalizer,
  type WriteTarget,
} from "./writers/patches.ts";
export * from "./writers/pods.ts";
export { patchStatus, type StatusOptions } from "./writers/status.ts";
