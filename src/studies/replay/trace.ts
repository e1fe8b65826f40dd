/** A time series of pods: who comes when, asks for what, and leaves when. */
import type { Pod, PodSpec } from "../../api/index.ts";

/** One pod of a trace. Times are milliseconds since the trace began. */
export interface TracePod {
  /** Unique in the trace. */
  readonly name: string;
  readonly workload: string;
  readonly arrives: number;
  /** Absent for a pod that stays to the end. */
  readonly leaves?: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Names of GPU models (`nvidia.com/gpu` machines, label instance-gpu-name) of which the pod takes any. */
  readonly gpuModels?: readonly string[];
}

/** What of a trace could not be used or had to be assumed; `line` counts from 1. */
export interface TraceProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Trace {
  /** In order of arrival, then name. */
  readonly pods: readonly TracePod[];
  /** Milliseconds from the first moment to the last. */
  readonly endMillis: number;
  /** Lines that were left out. */
  readonly problems: readonly TraceProblem[];
  /** What was assumed, for the reader. */
  readonly notes: readonly string[];
}

/** In order, with the end where nothing is told after it. */
export function traceOf(
  pods: readonly TracePod[],
  { problems = [], notes = [], endMillis = 0 }: Partial<Omit<Trace, "pods">> = {},
): Trace {
  const end = pods.reduce((last, { arrives, leaves = arrives }) => Math.max(last, arrives, leaves), endMillis);
  const ordered = pods.toSorted((a, b) => a.arrives - b.arrives || (a.name < b.name ? -1 : 1));
  return { pods: ordered, endMillis: end, problems, notes };
}

/** The pod as the API server would show it, waiting for a node. */
export function podOfTrace(traced: TracePod): Pod {
  const { name, workload } = traced;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      labels: { app: workload },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: workload, uid: `ReplicaSet/${workload}`, controller: true },
      ],
    },
    spec: specOf(traced),
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

const gpuName = "karpenter.k8s.aws/instance-gpu-name";

function specOf({ cpuMillis, memoryBytes, gpus, gpuModels = [] }: TracePod): PodSpec {
  const devices: Readonly<Record<string, string>> = gpus === 0 ? {} : { "nvidia.com/gpu": String(gpus) };
  const requests = { cpu: `${cpuMillis}m`, memory: String(memoryBytes), ...devices };
  const resources = gpus === 0 ? { requests } : { requests, limits: devices };
  const expression = { key: gpuName, operator: "In" as const, values: [...gpuModels] };
  const terms = { nodeSelectorTerms: [{ matchExpressions: [expression] }] };
  return {
    containers: [{ name: "app", image: "app", resources }],
    ...(gpuModels.length === 0
      ? {}
      : { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } }),
  };
}
