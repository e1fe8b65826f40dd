/** Single changes that might let a node go; each is tried on the engine before it is told (issue 10, explain). */
import { annotations, type Pod } from "../../api/index.ts";
import { type ClusterSnapshot, keyText, objectKey, type PoolView, type StateNode } from "../../core/index.ts";
import type { ExplainRemedy } from "./report.ts";

export interface NodeAttempt {
  readonly remedy: Omit<ExplainRemedy, "verified">;
  readonly changed: ClusterSnapshot;
}

export function nodeAttempts(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  return [
    ...nodeAnnotation(snapshot, node),
    ...podAnnotations(snapshot, node),
    ...budgets(snapshot),
    ...poolChanges(snapshot, node),
  ];
}

const withNode = (snapshot: ClusterSnapshot, changed: StateNode): ClusterSnapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((each) => (each.name === changed.name ? changed : each)),
});

const unguarded = <T extends { readonly metadata: Pod["metadata"] }>(object: T): T => {
  const { [annotations.doNotDisrupt]: _, ...kept } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
};

const isGuarded = ({ metadata }: { readonly metadata: Pod["metadata"] }): boolean =>
  metadata.annotations?.[annotations.doNotDisrupt] !== undefined;

const dropAnnotation = { metadata: { annotations: { [annotations.doNotDisrupt]: null } } };

function nodeAnnotation(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  if (node.node === undefined || !isGuarded(node.node)) return [];
  const remedy = {
    text: `drop the annotation ${annotations.doNotDisrupt} of the node`,
    object: `Node/${node.name}`,
    patch: dropAnnotation,
  };
  return [{ remedy, changed: withNode(snapshot, { ...node, node: unguarded(node.node) }) }];
}

function podAnnotations(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  const guarded = node.pods.filter(isGuarded);
  const [first] = guarded;
  if (first === undefined) return [];
  const names = guarded.map(objectKey).join(", ");
  const remedy = {
    text: `drop the annotation ${annotations.doNotDisrupt} of ${guarded.length === 1 ? "pod" : "the pods"} ${names}`,
    object: `Pod/${objectKey(first)}`,
    patch: dropAnnotation,
  };
  const pods = node.pods.map((pod) => (isGuarded(pod) ? unguarded(pod) : pod));
  return [{ remedy, changed: withNode(snapshot, { ...node, pods }) }];
}

/** One budget at a time, as if it allowed one eviction more. */
function budgets(snapshot: ClusterSnapshot): readonly NodeAttempt[] {
  return snapshot.podDisruptionBudgets.flatMap((budget, at) => {
    if ((budget.status?.disruptionsAllowed ?? 0) > 0) return [];
    const opened = {
      ...budget,
      status: {
        currentHealthy: 0,
        desiredHealthy: 0,
        expectedPods: 0,
        ...budget.status,
        disruptionsAllowed: 1,
      },
    };
    const { namespace = "default", name = "" } = budget.metadata;
    const remedy = {
      text: `let PodDisruptionBudget ${namespace}/${name} allow an eviction: more healthy pods than it asks for, or a lower minAvailable (higher maxUnavailable)`,
      object: `PodDisruptionBudget/${namespace}/${name}`,
    };
    const podDisruptionBudgets = snapshot.podDisruptionBudgets.map((each, index) => (index === at ? opened : each));
    return [{ remedy, changed: { ...snapshot, podDisruptionBudgets } }];
  });
}

type Disruption = NonNullable<PoolView["pool"]["spec"]["disruption"]>;

function poolChanges(snapshot: ClusterSnapshot, { poolKey }: StateNode): readonly NodeAttempt[] {
  const view = snapshot.pools.find(({ key }) => poolKey !== undefined && keyText(key) === keyText(poolKey));
  if (view === undefined || view.key.kind !== "NodePool") return [];
  const disruption = view.pool.spec.disruption ?? {};
  const attempt = (text: string, change: Disruption): NodeAttempt => {
    const spec = { ...view.pool.spec, disruption: { ...disruption, ...change } };
    const pools = snapshot.pools.map((each) => (each === view ? { ...view, pool: { ...view.pool, spec } } : each));
    const remedy = { text, object: keyText(view.key), patch: { spec: { disruption: change } } };
    return { remedy, changed: { ...snapshot, pools } };
  };
  return [
    ...(disruption.consolidationPolicy === "WhenEmpty"
      ? [
          attempt(`let NodePool ${view.key.name} consolidate WhenEmptyOrUnderutilized`, {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
          }),
        ]
      : []),
    ...(disruption.consolidateAfter === "Never"
      ? [quiet(attempt(`set consolidateAfter of NodePool ${view.key.name} to 0s`, { consolidateAfter: "0s" }), view)]
      : []),
    ...((disruption.budgets ?? []).length > 0
      ? [
          attempt(`let the budgets of NodePool ${view.key.name} allow 100% of its nodes`, {
            budgets: [{ nodes: "100%" }],
          }),
        ]
      : []),
  ];
}

/** Without a time to wait for, claims of the pool are quiet at once. */
function quiet({ remedy, changed }: NodeAttempt, { key }: PoolView): NodeAttempt {
  const nodes = changed.nodes.map((node): StateNode => {
    if (node.claim === undefined || node.poolKey === undefined || keyText(node.poolKey) !== keyText(key)) return node;
    const { claim } = node.claim;
    const conditions = [...(claim.status?.conditions ?? []), { type: "Consolidatable", status: "True" as const }];
    return { ...node, claim: { ...node.claim, claim: { ...claim, status: { ...claim.status, conditions } } } };
  });
  return { remedy, changed: { ...changed, nodes } };
}
