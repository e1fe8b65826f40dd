/** Columns of Pods, with the status that kubectl's users know. */
import type { ApiObject } from "../store/api-object.ts";
import { ageColumn, at, column, integer, list, nameColumn, text, wide, type Column } from "./columns.ts";
import { ageOf } from "./human-duration.ts";

const restartable = (container: unknown): boolean => at(container, "restartPolicy") === "Always";

interface Told {
  readonly reason: string;
  readonly waiting: boolean;
}

/** What the init containers say while they are not done. */
function initReason(pod: ApiObject): string | undefined {
  const containers = list(pod, "spec.initContainers");
  const sidecars = new Set(containers.filter(restartable).map((container) => at(container, "name")));
  const statuses = list(pod, "status.initContainerStatuses");
  for (const [index, status] of statuses.entries()) {
    const done = at(status, "state.terminated.exitCode") === 0;
    const started = sidecars.has(at(status, "name")) && at(status, "started") === true;
    if (done || started) continue;
    if (at(status, "state.terminated") !== undefined) return `Init:${terminatedReason(status)}`;
    const waiting = text(status, "state.waiting.reason", "");
    if (waiting !== "" && waiting !== "PodInitializing") return `Init:${waiting}`;
    return `Init:${index}/${containers.length}`;
  }
  return undefined;
}

function terminatedReason(status: unknown): string {
  const reason = text(status, "state.terminated.reason", "");
  if (reason !== "") return reason;
  const signal = integer(status, "state.terminated.signal");
  return signal === 0 ? `ExitCode:${integer(status, "state.terminated.exitCode")}` : `Signal:${signal}`;
}

/** The last container that waits or has ended speaks for the pod. */
function containerReason(pod: ApiObject): Told | undefined {
  let told: Told | undefined;
  for (const status of list(pod, "status.containerStatuses").toReversed()) {
    const waiting = text(status, "state.waiting.reason", "");
    if (waiting !== "") told = { reason: waiting, waiting: true };
    else if (at(status, "state.terminated") !== undefined) told = { reason: terminatedReason(status), waiting: false };
  }
  return told;
}

const isTrue = (pod: ApiObject, type: string): boolean =>
  list(pod, "status.conditions").some((one) => at(one, "type") === type && at(one, "status") === "True");

export function podStatus(pod: ApiObject): string {
  const phase = text(pod, "status.phase", "");
  const gated = list(pod, "status.conditions").some(
    (one) => at(one, "type") === "PodScheduled" && at(one, "reason") === "SchedulingGated",
  );
  const plain = text(pod, "status.reason", gated ? "SchedulingGated" : phase);
  const reason = initReason(pod) ?? settledReason(pod, containerReason(pod)?.reason ?? plain);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (at(pod, "status.reason") === "NodeLost") return "Unknown";
  return phase === "Succeeded" || phase === "Failed" ? reason : "Terminating";
}

function settledReason(pod: ApiObject, reason: string): string {
  const running = list(pod, "status.containerStatuses").some(
    (status) => at(status, "ready") === true && at(status, "state.running") !== undefined,
  );
  if (reason !== "Completed" || !running) return reason;
  return isTrue(pod, "Ready") ? "Running" : "NotReady";
}

function ready(pod: ApiObject): string {
  const sidecars = list(pod, "spec.initContainers").filter(restartable);
  const total = list(pod, "spec.containers").length + sidecars.length;
  const names = new Set(sidecars.map((container) => at(container, "name")));
  const statuses = [
    ...list(pod, "status.containerStatuses"),
    ...list(pod, "status.initContainerStatuses").filter((status) => names.has(at(status, "name"))),
  ];
  return `${statuses.filter((status) => at(status, "ready") === true).length}/${total}`;
}

function restarts(pod: ApiObject, now: number): string {
  const statuses = list(pod, "status.containerStatuses");
  const total = statuses.reduce<number>((sum, status) => sum + integer(status, "restartCount"), 0);
  const ends = statuses
    .map((status) => text(status, "lastState.terminated.finishedAt", ""))
    .filter((end) => end !== "");
  const last = ends.toSorted().at(-1);
  return total > 0 && last !== undefined ? `${total} (${ageOf(last, now)} ago)` : String(total);
}

function gates(pod: ApiObject): string {
  const all = list(pod, "spec.readinessGates");
  if (all.length === 0) return "<none>";
  const open = all.filter((gate) => isTrue(pod, text(gate, "conditionType")));
  return `${open.length}/${all.length}`;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  column("Ready", ready),
  column("Status", podStatus),
  column("Restarts", restarts),
  ageColumn,
  wide("IP", (pod) => text(pod, "status.podIP")),
  wide("Node", (pod) => text(pod, "spec.nodeName")),
  wide("Nominated Node", (pod) => text(pod, "status.nominatedNodeName")),
  wide("Readiness Gates", gates),
];
