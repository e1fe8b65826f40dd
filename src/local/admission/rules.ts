import type { ResourceRules } from "../apiserver/resource.ts";
import { cronJobRules, jobRules } from "./batch-rules.ts";
import {
  autoscalerRules,
  budgetRules,
  configMapRules,
  leaseRules,
  networkPolicyRules,
  nodeRules,
  priorityClassRules,
  roleBindingRules,
  secretRules,
} from "./cluster-rules.ts";
import { definitionRules } from "./definition-rules.ts";
import { namespaceRules } from "./namespace-rules.ts";
import { podRules } from "./pod-rules.ts";
import { serviceRules } from "./service-rules.ts";
import { claimRules, storageClassRules, volumeRules } from "./storage-rules.ts";
import { daemonSetRules, deploymentRules, replicaSetRules, statefulSetRules } from "./workload-rules.ts";

const byKind: Readonly<Record<string, ResourceRules>> = Object.freeze({
  ClusterRoleBinding: roleBindingRules,
  ConfigMap: configMapRules,
  CronJob: cronJobRules,
  CustomResourceDefinition: definitionRules,
  DaemonSet: daemonSetRules,
  Deployment: deploymentRules,
  HorizontalPodAutoscaler: autoscalerRules,
  Job: jobRules,
  Lease: leaseRules,
  Namespace: namespaceRules,
  NetworkPolicy: networkPolicyRules,
  Node: nodeRules,
  PersistentVolume: volumeRules,
  PersistentVolumeClaim: claimRules,
  Pod: podRules,
  PodDisruptionBudget: budgetRules,
  PriorityClass: priorityClassRules,
  ReplicaSet: replicaSetRules,
  RoleBinding: roleBindingRules,
  Secret: secretRules,
  Service: serviceRules,
  StatefulSet: statefulSetRules,
  StorageClass: storageClassRules,
});

/** What a built-in kind adds to the general rules. */
export function rulesOf(kind: string): ResourceRules {
  return byKind[kind] ?? {};
}
