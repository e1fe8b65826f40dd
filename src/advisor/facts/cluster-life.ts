/** What a dump tells of things that happen: events, pods that wait, nodes and what is on them. */
import type { Event, KubeObject, Node, NodeClaim, Pod } from "../../api/index.ts";
import { capacityTypes, labels } from "../../api/index.ts";
import { ownerOf } from "./controller-pods.ts";
import type { Facts, Typed } from "./facts.ts";
import type { Pool } from "./pools.ts";

/** Epoch milliseconds; undefined for texts that are no time. */
export function timeOf(text: string | null | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}

export const lastTimeOf = ({ lastTimestamp, eventTime, firstTimestamp, metadata }: Event): number | undefined =>
  timeOf(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp);

export const firstTimeOf = ({ firstTimestamp, eventTime, metadata }: Event): number | undefined =>
  timeOf(firstTimestamp ?? eventTime ?? metadata.creationTimestamp);

/** The scheduler's own FailedScheduling says nothing of the engine. */
export const isFromEngine = ({ source, reportingComponent }: Event): boolean =>
  [source?.component, reportingComponent].some((name) => name?.includes("karpenter") === true);

/** A file may leave it out. */
export const subjectOf = (event: { readonly involvedObject?: Event["involvedObject"] }): Event["involvedObject"] =>
  event.involvedObject ?? {};

export function isAbout(event: Event, { metadata, kind }: KubeObject): boolean {
  const about = subjectOf(event);
  return (
    about.kind === kind &&
    about.name === metadata.name &&
    (about.namespace ?? "default") === (metadata.namespace ?? "default")
  );
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const { conditions = [] } =
    (object as { readonly status?: { readonly conditions?: readonly Condition[] } }).status ?? {};
  return conditions.find((condition) => condition.type === type);
}

/** Pods that the scheduler found no node for, and since when, epoch milliseconds. */
export function waitingPods({
  pods,
}: Facts): readonly { readonly pod: Typed<Pod>; readonly since: number | undefined }[] {
  return pods.flatMap((pod) => {
    const condition = conditionOf(pod.object, "PodScheduled");
    if (condition?.status !== "False" || condition.reason !== "Unschedulable") return [];
    return { pod, since: timeOf(condition.lastTransitionTime ?? pod.object.metadata.creationTimestamp) };
  });
}

export const podsOn = ({ pods }: Facts, node: Typed<Node>): readonly Typed<Pod>[] =>
  pods.filter(({ object }) => object.spec.nodeName === node.object.metadata.name);

/** Claims of both eras, by the name of their node. */
export function claimOf({ objects }: Facts, node: Typed<Node>): KubeObject | undefined {
  const claims = objects.filter(
    ({ object: { kind, apiVersion } }) =>
      kind === "NodeClaim" || (kind === "Machine" && apiVersion === "karpenter.sh/v1alpha5"),
  );
  return claims.find(({ object }) => (object as Partial<NodeClaim>).status?.nodeName === node.object.metadata.name)
    ?.object;
}

export const poolOfNode = ({ pools }: Facts, node: Typed<Node>): Pool | undefined =>
  pools.find(({ name }) => name === ownerOf(node));

/** USD a month (730 hours) of a node that stands, by the price list; undefined where its machine is not in it. */
export function nodePricePerMonth({ types }: Facts, { object }: Typed<Node>): number | undefined {
  const own = object.metadata.labels ?? {};
  const offerings = types.find(({ name }) => name === own[labels.instanceType])?.offerings ?? [];
  const capacityType = own[labels.capacityType] ?? capacityTypes.onDemand;
  const fitting = offerings.find((each) => each.zone === own[labels.zone] && each.capacityType === capacityType);
  return fitting === undefined ? undefined : Number((fitting.price * hoursPerMonth).toFixed(2));
}

const hoursPerMonth = 730;

/** `since 2026-06-01T10:00:00Z`. */
export const sinceText = (time: number): string => `since ${new Date(time).toISOString().replace(".000", "")}`;

export const durationText = (seconds: number): string => {
  if (seconds >= 172_800) return `${Math.floor(seconds / 86_400)} days`;
  return seconds >= 7200 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 60)} min`;
};
