export type { ClusterModel } from "./cluster-model.ts";
export { createClusterModel, type ClusterModelDeps } from "./create-cluster-model.ts";
