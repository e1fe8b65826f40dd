import type { Pod } from "../../api/index.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type PodClass, podAffinityTerms, selectedLabelKeys } from "../pods/pod-class.ts";
import { createDomainUniverse } from "../topology/domain-universe.ts";
import { createTopology, type Topology } from "../topology/topology.ts";
import { hostnameOf } from "./node-slots.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Template } from "./template.ts";

/** Groups of the pods to place and of the pods that stand (scheduling 5.1, 5.4). */
export function buildTopology(from: {
  readonly snapshot: ClusterSnapshot;
  readonly options: ResolvedOptions;
  readonly classes: readonly PodClass[];
  readonly templates: readonly Template[];
}): Topology {
  const { snapshot, options, classes, templates } = from;
  const universe = createDomainUniverse(
    templates.map(({ requirements, taints, view }) => ({
      requirements,
      taints,
      instanceTypes: snapshot.instanceTypes.get(keyText(view.key)) ?? [],
    })),
  );
  const moving = new Set(classes.flatMap(({ pods }) => pods));
  const nodes = snapshot.nodes.map((state) => ({
    name: hostnameOf(state),
    labels: state.labels,
    taints: state.taints,
    present: state.node !== undefined && !state.markedForDeletion,
    pods: state.markedForDeletion ? state.pods.filter((pod) => !moving.has(pod)) : state.pods,
  }));
  const scope = { namespaceLabels: snapshot.namespaceLabels, preferences: options.preferencePolicy === "Respect" };
  return createTopology(
    classes.flatMap(({ pods: [pod] }) => pod ?? []),
    { universe, nodes },
    scope,
  );
}

/** Labels that pods on nodes keep others away by: they set pods apart that are alike otherwise. */
export function boundSelectorKeys({ nodes }: ClusterSnapshot): ReadonlySet<string> {
  const bound: Pod[] = [];
  for (const { pods } of nodes)
    for (const pod of pods) if (podAffinityTerms(pod.spec.affinity).length > 0) bound.push(pod);
  return selectedLabelKeys(bound);
}
