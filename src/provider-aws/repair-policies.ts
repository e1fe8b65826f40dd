import type { RepairPolicy } from "../provider/index.ts";

const minute = 60_000;

const whenFalse = (conditionType: string, minutes: number): RepairPolicy => ({
  conditionType,
  conditionStatus: "False",
  tolerationMilliseconds: minutes * minute,
});

/** Conditions of the kubelet and of EKS' node monitoring agent (spec: aws 3.11). */
export const repairPolicies: readonly RepairPolicy[] = Object.freeze([
  whenFalse("Ready", 30),
  { conditionType: "Ready", conditionStatus: "Unknown", tolerationMilliseconds: 30 * minute },
  whenFalse("AcceleratedHardwareReady", 10),
  whenFalse("StorageReady", 30),
  whenFalse("NetworkingReady", 30),
  whenFalse("KernelReady", 30),
  whenFalse("ContainerRuntimeReady", 30),
]);
