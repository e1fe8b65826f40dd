/** Names of the era beside those of today, and text maps renamed from one to the other (spec: v1alpha5 5.3). */
import { annotations, awsAnnotations, type Condition, eraAnnotations } from "../../api/index.ts";

export type Names = readonly (readonly [era: string, today: string])[];

export const annotationNames: Names = [
  [eraAnnotations.provisionerHash, annotations.nodePoolHash],
  [eraAnnotations.provisionerHashVersion, annotations.nodePoolHashVersion],
  [eraAnnotations.nodeTemplateHash, awsAnnotations.ec2NodeClassHash],
  [eraAnnotations.nodeTemplateHashVersion, awsAnnotations.ec2NodeClassHashVersion],
];

const conditionNames: Names = [
  ["MachineLaunched", "Launched"],
  ["MachineRegistered", "Registered"],
  ["MachineInitialized", "Initialized"],
  ["MachineDrifted", "Drifted"],
];

/** Reason of the condition `Drifted` that stands for expiry: nodes of Provisioners are replaced, then deleted (4.7.2). */
export const expiredReason = "Expired";

const expiredType = "MachineExpired";
const driftedType = "Drifted";

const todayOf = (names: Names, name: string): string => names.find(([era]) => era === name)?.[1] ?? name;
const eraOf = (names: Names, name: string): string => names.find(([, today]) => today === name)?.[0] ?? name;

type TextMap<V> = Readonly<Record<string, V>>;

export const todaysKeys = <V>(names: Names, map: TextMap<V>): TextMap<V> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [todayOf(names, key), value]));

export const eraKeys = <V>(names: Names, map: TextMap<V>): TextMap<V> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [eraOf(names, key), value]));

export const todaysConditions = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.map((condition) =>
    condition.type === expiredType
      ? { ...condition, type: driftedType }
      : { ...condition, type: todayOf(conditionNames, condition.type) },
  );

export const eraConditions = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.map((condition) =>
    condition.type === driftedType && condition.reason === expiredReason
      ? { ...condition, type: expiredType }
      : { ...condition, type: eraOf(conditionNames, condition.type) },
  );
