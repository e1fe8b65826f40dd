import type { Pod } from "../../api/index.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type PodClass, podAffinityTerms, selectedLabelKeys } from "../pods/pod-class.ts";
import type { Resumable } from "../resumable.ts";
import { createDomainUniverse } from "../topology/domain-universe.ts";
import { type StandingPods, standingPods, standsSomewhere } from "../topology/standing-pods.ts";
import { createTopology, type Topology } from "../topology/topology.ts";
import { hostnameOf } from "./node-slots.ts";
import type { ResolvedOptions } from "./options.ts";
import { type RelaxationRules, spreadVariants } from "./relaxation.ts";
import type { Template } from "./template.ts";

/** Groups of the pods to place and of the pods that stand (scheduling 5.1, 5.4). Yields work done. */
export function* buildTopology(from: {
  readonly snapshot: ClusterSnapshot;
  readonly options: ResolvedOptions;
  readonly classes: readonly PodClass[];
  readonly templates: readonly Template[];
  readonly standing: StandingPods;
  readonly relaxation: RelaxationRules;
}): Resumable<Topology> {
  const { snapshot, options, classes, templates, standing, relaxation } = from;
  const universe = createDomainUniverse(
    templates.map(({ requirements, taints, view }) => ({
      requirements,
      taints,
      instanceTypes: snapshot.instanceTypes.get(keyText(view.key)) ?? [],
    })),
  );
  const scope = { namespaceLabels: snapshot.namespaceLabels, preferences: options.preferencePolicy === "Respect" };
  return yield* createTopology(
    classes.flatMap(({ pods: [pod] }) => (pod === undefined ? [] : [pod, ...spreadVariants(pod, relaxation)])),
    { universe, standing },
    scope,
  );
}

/** Pods on nodes, without those of `moving`, which this pass finds new places for. */
export function standingBeside(snapshot: ClusterSnapshot, moving: ReadonlySet<Pod>): Resumable<StandingPods> {
  return standingPods(snapshot, {
    factsOf: (state) => ({ name: hostnameOf(state), labels: state.labels, taints: state.taints }),
    isMoving: (pod) => moving.has(pod),
  });
}

/** Labels that pods on nodes keep others away by: they set pods apart that are alike otherwise. */
export function standingSelectorKeys({ kinds }: StandingPods): ReadonlySet<string> {
  const keeping = kinds.filter(({ example }) => podAffinityTerms(example.spec.affinity).length > 0);
  return selectedLabelKeys(keeping.filter(standsSomewhere).map(({ example }) => example));
}
