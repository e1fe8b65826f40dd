import { conditionTypes, getCondition, type KWOKNodeClass, kwokNodeClassType } from "../../api/index.ts";
import { type Informer, type KubeClient, patchStatus, type Reconciler } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";

/**
 * Makes a class Ready that does not say so. The schema does it by a default (spec: api 3.3), which an API server adds when
 * it reads from its store; where that is not so, pools would wait for ever.
 */
export function createReadiness(deps: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly nodeClasses: Informer<KWOKNodeClass>;
}): Reconciler {
  const { kube, clock, nodeClasses } = deps;
  return {
    name: "kwok.nodeclass",
    type: kwokNodeClassType,
    workers: { min: 1, max: 1 },
    reconcile: async (name, signal) => {
      const object = nodeClasses.store.get(name);
      if (object === undefined || getCondition(object, conditionTypes.ready) !== undefined) return undefined;
      const ready = { type: conditionTypes.ready, status: "True", reason: "Ready", message: "" } as const;
      const conditions = [...(object.status?.conditions ?? []), ready];
      await patchStatus({ client: kube, type: kwokNodeClassType, object }, { conditions }, { clock, signal });
      return undefined;
    },
    watch: (queue) => queue.watches(nodeClasses),
  };
}
