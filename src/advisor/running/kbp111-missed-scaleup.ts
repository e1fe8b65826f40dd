import { durationText, isAbout, isFromEngine, waitingPods } from "../facts/cluster-life.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const missedScaleup: Rule = {
  id: "KBP111",
  name: "missed-scaleup",
  severity: "error",
  requirements: ["R1"],
  needs: ["cluster"],
  document: {
    what: "A pod has been unschedulable for more than five minutes, and the engine has said nothing of it.",
    why: "Every pod that waits is either planned (Nominated) or refused with a reason (FailedScheduling). Silence means that nobody looked.",
    fix: "Look at the controller's health and log, the batch settings, and what its validation says of the pod.",
  },
  check(facts): Verdict {
    const waiting = waitingPods(facts);
    if (facts.pools.length === 0 || waiting.length === 0) return undefined;
    if (facts.events.length === 0) return { notChecked: "needs the events of the cluster, and the dump has none" };
    const { now, events, thresholds } = facts;
    return waiting.flatMap(({ pod, since }) => {
      const seconds = now === undefined || since === undefined ? 0 : (now - since) / 1000;
      if (seconds <= thresholds.missedSeconds) return [];
      const seen = events.some(
        ({ object }) =>
          isFromEngine(object) &&
          ["Nominated", "FailedScheduling"].includes(object.reason ?? "") &&
          isAbout(object, pod.object),
      );
      if (seen) return [];
      return {
        place: placeOf(pod),
        message: `${nameText(objectNameOf(pod))} is unschedulable but was not considered`,
        evidence: `it has waited for ${durationText(seconds)} without an event Nominated or FailedScheduling of the engine`,
      };
    });
  },
};
