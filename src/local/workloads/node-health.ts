import type { Condition, Node, Taint } from "../../api/index.ts";
import { isSameJson } from "../stand-ins/json.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { timestampOf } from "../stand-ins/timestamps.ts";

const key = (name: string): string => `node.kubernetes.io/${name}`;

/** Taints that the node lifecycle controller alone puts on and takes off. */
const managed: ReadonlySet<string> = new Set(
  ["not-ready", "unreachable", "unschedulable", "memory-pressure", "disk-pressure", "pid-pressure"].map(key),
);

const pressures: Readonly<Record<string, string>> = Object.freeze({
  MemoryPressure: "memory-pressure",
  DiskPressure: "disk-pressure",
  PIDPressure: "pid-pressure",
});

function wantedTaints(node: Node): readonly Omit<Taint, "timeAdded">[] {
  const conditions = node.status?.conditions;
  const wanted: Omit<Taint, "timeAdded">[] = [];
  const ready = conditionOf(conditions, "Ready")?.status;
  if (ready !== "True") {
    const name = ready === "Unknown" ? "unreachable" : "not-ready";
    wanted.push({ key: key(name), effect: "NoSchedule" }, { key: key(name), effect: "NoExecute" });
  }
  if (node.spec.unschedulable === true) wanted.push({ key: key("unschedulable"), effect: "NoSchedule" });
  for (const [type, name] of Object.entries(pressures)) {
    if (conditionOf(conditions, type)?.status === "True") wanted.push({ key: key(name), effect: "NoSchedule" });
  }
  return wanted;
}

const isAlike = (left: Pick<Taint, "key" | "effect">, right: Pick<Taint, "key" | "effect">): boolean =>
  left.key === right.key && left.effect === right.effect;

/** The taints that a node should have by its conditions and cordon; undefined when it has them. */
export function computeNodeTaints(node: Node, now: number): readonly Taint[] | undefined {
  const current = node.spec.taints ?? [];
  const wanted = wantedTaints(node);
  const kept = current.filter((taint) => !managed.has(taint.key) || wanted.some((one) => isAlike(one, taint)));
  const added = wanted
    .filter((one) => !current.some((taint) => isAlike(one, taint)))
    .map((taint) => ({ ...taint, timeAdded: timestampOf(now) }));
  const next = [...kept, ...added];
  return isSameJson(next, current) ? undefined : next;
}

/** Conditions of a node whose kubelet has not been heard of for too long; undefined when they say so already. */
export function computeLostConditions(node: Node, now: number): readonly Condition[] | undefined {
  const current = node.status?.conditions ?? [];
  if (conditionOf(current, "Ready")?.status === "Unknown") return undefined;
  return current.map((condition) => ({
    ...condition,
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastTransitionTime: timestampOf(now),
  }));
}
