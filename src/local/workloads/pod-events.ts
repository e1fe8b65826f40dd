import type { KubeObject, Pod } from "../../api/index.ts";
import type { EventRecorder } from "../../kube/index.ts";

/** What controllers tell about the pods they make and end, in the words of kube-controller-manager. */
export interface PodEvents {
  created(owner: KubeObject, pod: Pod): void;
  removed(owner: KubeObject, pod: Pod): void;
}

export function podEvents(recorder: EventRecorder): PodEvents {
  const say = (object: KubeObject, reason: string, message: string): void =>
    recorder.publish({ object, type: "Normal", reason, message });
  return Object.freeze({
    created: (owner: KubeObject, { metadata }: Pod) =>
      say(owner, "SuccessfulCreate", `Created pod: ${metadata.name ?? ""}`),
    removed: (owner: KubeObject, { metadata }: Pod) =>
      say(owner, "SuccessfulDelete", `Deleted pod: ${metadata.name ?? ""}`),
  });
}
