import type {
  CSINode,
  KubeObject,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from "../../api/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Delta, Informer } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { isSameJson } from "../stand-ins/json.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import type { ClusterPicture } from "./cluster-picture.ts";
import type { Nominations } from "./nominations.ts";
import { podFactsOf } from "./pod-facts.ts";
import type { RequeueHints } from "./requeue-hints.ts";
import type { SchedulingQueue } from "./scheduling-queue.ts";

interface Observed {
  readonly informers: {
    readonly pods: Informer<Pod>;
    readonly nodes: Informer<Node>;
    readonly namespaces: Informer<Namespace>;
    readonly claims: Informer<PersistentVolumeClaim>;
    readonly volumes: Informer<PersistentVolume>;
    readonly storageClasses: Informer<StorageClass>;
    readonly csiNodes: Informer<CSINode>;
  };
  readonly schedulerName: string;
  readonly clock: Clock;
  readonly queue: SchedulingQueue;
  readonly hints: RequeueHints;
  readonly nominations: Nominations;
  readonly picture: ClusterPicture;
  /** A pod is gone. */
  readonly forget: (uid: string) => void;
  readonly ring: () => void;
}

/** Whether a node's update changes any answer; heartbeats do not. */
export function isSameForScheduling(left: Node, right: Node): boolean {
  return (
    left.metadata.uid === right.metadata.uid &&
    isSameJson(left.metadata.labels, right.metadata.labels) &&
    isSameJson(left.spec.taints, right.spec.taints) &&
    (left.spec.unschedulable ?? false) === (right.spec.unschedulable ?? false) &&
    isSameJson(left.status?.allocatable, right.status?.allocatable)
  );
}

/** Folds events into picture and queue, and notes whom they may help. Handlers do no I/O and never wait. */
export function observeCluster(observed: Observed): void {
  const { informers, picture, hints, queue, ring } = observed;
  informers.nodes.subscribe((delta) => {
    const name = delta.object.metadata.name ?? "";
    if (delta.type === "updated" && isSameForScheduling(delta.previous, delta.object)) return;
    if (delta.type === "deleted") picture.removeNode(name);
    else picture.setNode(delta.object);
    hints.nodeChanged(name);
    ring();
  });
  informers.pods.subscribe((delta) => {
    observePod(observed, delta);
    if (queue.hasActive || !hints.isEmpty) ring();
  });
  informers.namespaces.subscribe((delta) => {
    if (delta.type === "updated" && isSameJson(delta.previous.metadata.labels, delta.object.metadata.labels)) return;
    picture.groups.forget();
    picture.touch();
    hints.placementsChanged();
    ring();
  });
  const onVolumes = <T extends KubeObject>(informer: Informer<T>): void => {
    informer.subscribe(() => {
      picture.touch();
      hints.volumesChanged();
      ring();
    });
  };
  onVolumes(informers.claims);
  onVolumes(informers.volumes);
  onVolumes(informers.storageClasses);
  onVolumes(informers.csiNodes);
}

function observePod(observed: Observed, delta: Delta<Pod>): void {
  const pod = delta.object;
  const isPlaced = delta.type === "deleted" || (pod.spec.nodeName ?? "") !== "" || isTerminal(pod);
  if (isPlaced) observePlaced(observed, delta);
  else observeWaiting(observed, pod, delta.type === "updated" ? delta.previous : undefined);
}

/** A pod that has a node, has ended or is gone: it leaves the queue and takes or leaves room. */
function observePlaced({ queue, picture, hints, nominations, forget }: Observed, delta: Delta<Pod>): void {
  const pod = delta.object;
  const key = objectKey(pod);
  const isGone = delta.type === "deleted";
  queue.remove(key);
  if (nominations.remove(key)) picture.touch();
  const before = picture.generation;
  if (isGone) {
    picture.removePod(key);
    forget(pod.metadata.uid ?? "");
  } else picture.setPod(pod);
  if (picture.generation === before) return;
  hints.placementsChanged();
  const { nodeName } = pod.spec;
  if (nodeName && (isGone || isTerminal(pod))) hints.nodeChanged(nodeName);
}

function observeWaiting(observed: Observed, pod: Pod, previous: Pod | undefined): void {
  const { queue, picture, nominations, clock, schedulerName } = observed;
  const key = objectKey(pod);
  if (pod.metadata.deletionTimestamp !== undefined) {
    queue.remove(key);
    if (nominations.remove(key)) picture.touch();
    return;
  }
  const isOurs = (pod.spec.schedulerName ?? schedulerName) === schedulerName;
  const isGated = (pod.spec.schedulingGates ?? []).length > 0;
  if (!isOurs || isGated || picture.isAssumed(key)) return;
  const facts = podFactsOf(pod);
  queue.add(facts, clock.monotonic());
  if (nominations.follow(facts, { before: promiseOf(previous), now: promiseOf(pod) })) picture.touch();
}

const promiseOf = (pod: Pod | undefined): string => pod?.status?.nominatedNodeName ?? "";
