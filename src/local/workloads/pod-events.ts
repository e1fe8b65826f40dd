import type { KubeObject, Pod } from "../../api/index.ts";
import type { EventRecorder } from "../../kube/index.ts";

/** What controllers tell about the pods they make and end, in the words of kube-controller-manager. */
export interface PodEvents {
  created(owner: KubeObject, pod: Pod): void;
  removed(owner: KubeObject, pod: Pod): void;
}

type Wording = (done: "Create" | "Delete", owner: string, pod: string) => string;

function eventsOf(recorder: EventRecorder, wording: Wording): PodEvents {
  const say = (done: "Create" | "Delete", object: KubeObject, pod: Pod): void => {
    const message = wording(done, object.metadata.name ?? "", pod.metadata.name ?? "");
    recorder.publish({ object, type: "Normal", reason: `Successful${done}`, message });
  };
  return Object.freeze({
    created: (owner: KubeObject, pod: Pod) => say("Create", owner, pod),
    removed: (owner: KubeObject, pod: Pod) => say("Delete", owner, pod),
  });
}

export const podEvents = (recorder: EventRecorder): PodEvents =>
  eventsOf(recorder, (done, _owner, pod) => `${done}d pod: ${pod}`);

export const statefulPodEvents = (recorder: EventRecorder): PodEvents =>
  eventsOf(recorder, (done, owner, pod) => `${done} Pod ${pod} in StatefulSet ${owner} successful`);
