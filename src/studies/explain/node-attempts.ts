/** Single changes that might let a node go; each is tried on the engine before it is told (issue 10, explain). */
import { annotations, capacityTypes, eraAnnotations, labels, type Pod } from "../../api/index.ts";
import { covers } from "../simulate/consolidate.ts";
import { type ClusterSnapshot, keyText, objectKey, type PoolView, type StateNode } from "../../core/index.ts";
import type { ExplainRemedy } from "./report.ts";

export interface NodeAttempt {
  readonly remedy: Omit<ExplainRemedy, "verified">;
  readonly changed: ClusterSnapshot;
  /** The feature gate is part of the change. */
  readonly spotToSpot?: boolean;
}

export function nodeAttempts(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  return [
    ...nodeAnnotation(snapshot, node),
    ...podAnnotations(snapshot, node),
    ...budgets(snapshot),
    ...secondBudgets(snapshot, node),
    ...poolChanges(snapshot, node),
    ...spotChange(snapshot, node),
  ];
}

const withNode = (snapshot: ClusterSnapshot, changed: StateNode): ClusterSnapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((each) => (each.name === changed.name ? changed : each)),
});

/** Annotations that keep a node or a pod where it is, of either era. */
const guards = [annotations.doNotDisrupt, eraAnnotations.doNotConsolidate, eraAnnotations.doNotEvict] as const;

const unguarded = <T extends { readonly metadata: Pod["metadata"] }>(object: T): T => {
  const own = Object.entries(object.metadata.annotations ?? {});
  const kept = Object.fromEntries(own.filter(([name]) => !guards.some((guard) => guard === name)));
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
};

const guardsOf = ({ metadata }: { readonly metadata: Pod["metadata"] }): readonly string[] =>
  guards.filter((name) => metadata.annotations?.[name] !== undefined);

const isGuarded = (object: { readonly metadata: Pod["metadata"] }): boolean => guardsOf(object).length > 0;

const dropAnnotations = (names: readonly string[]) => ({
  metadata: { annotations: Object.fromEntries(names.map((name) => [name, null])) },
});

const annotationText = (names: readonly string[]): string =>
  `drop the annotation${names.length === 1 ? "" : "s"} ${names.join(", ")}`;

function nodeAnnotation(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  if (node.node === undefined || !isGuarded(node.node)) return [];
  const remedy = {
    text: `${annotationText(guardsOf(node.node))} of the node`,
    object: `Node/${node.name}`,
    patch: dropAnnotations(guardsOf(node.node)),
  };
  return [{ remedy, changed: withNode(snapshot, { ...node, node: unguarded(node.node) }) }];
}

function podAnnotations(snapshot: ClusterSnapshot, node: StateNode): readonly NodeAttempt[] {
  const guarded = node.pods.filter(isGuarded);
  const [first] = guarded;
  if (first === undefined) return [];
  const names = guarded.map(objectKey).join(", ");
  const told = [...new Set(guarded.flatMap(guardsOf))];
  const remedy = {
    text: `${annotationText(told)} of ${guarded.length === 1 ? "pod" : "the pods"} ${names}`,
    object: `Pod/${objectKey(first)}`,
    patch: dropAnnotations(told),
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

/** Of budgets that cover one pod together, one too many. */
function secondBudgets(snapshot: ClusterSnapshot, { pods }: StateNode): readonly NodeAttempt[] {
  const covering = snapshot.podDisruptionBudgets.filter((budget) => pods.some((pod) => covers(budget, pod)));
  if (covering.length < 2) return [];
  return covering.map((budget) => {
    const name = objectKey(budget);
    const text = `delete PodDisruptionBudget ${name}, or select other pods by it: eviction supports one for a pod`;
    const podDisruptionBudgets = snapshot.podDisruptionBudgets.filter((each) => each !== budget);
    const remedy = { text, object: `PodDisruptionBudget/${name}` };
    return { remedy, changed: { ...snapshot, podDisruptionBudgets } };
  });
}

/** The gate that lets spot machines be replaced by spot machines. */
function spotChange(snapshot: ClusterSnapshot, { labels: own }: StateNode): readonly NodeAttempt[] {
  if (own[labels.capacityType] !== capacityTypes.spot) return [];
  const remedy = { text: "switch the feature gate SpotToSpotConsolidation on", object: "controller" };
  return [{ remedy, changed: snapshot, spotToSpot: true }];
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
    ...(disruption.consolidationPolicy === undefined || disruption.consolidationPolicy === "WhenEmptyOrUnderutilized"
      ? []
      : [
          attempt(`let NodePool ${view.key.name} consolidate WhenEmptyOrUnderutilized`, {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
          }),
        ]),
    ...(isZero(disruption.consolidateAfter)
      ? []
      : [quiet(attempt(`set consolidateAfter of NodePool ${view.key.name} to 0s`, { consolidateAfter: "0s" }), view)]),
    ...((disruption.budgets ?? []).length > 0
      ? [
          attempt(`let the budgets of NodePool ${view.key.name} allow 100% of its nodes`, {
            budgets: [{ nodes: "100%" }],
          }),
        ]
      : []),
    ...specChanges(snapshot, view),
  ];
}

/** What of a pool other than its disruption settings keeps its nodes. */
function specChanges(snapshot: ClusterSnapshot, view: PoolView): readonly NodeAttempt[] {
  const { limits, replicas, ...spec } = view.pool.spec;
  const own = spec.template.spec.requirements ?? [];
  const attempt = (text: string, changed: PoolView["pool"]["spec"], patch: object): NodeAttempt => {
    const pools = snapshot.pools.map((each) =>
      each === view ? { ...view, pool: { ...view.pool, spec: changed } } : each,
    );
    return { remedy: { text, object: keyText(view.key), patch: { spec: patch } }, changed: { ...snapshot, pools } };
  };
  const flexible = own.map(({ minValues: _, ...rest }) => rest);
  const template = { ...spec.template, spec: { ...spec.template.spec, requirements: flexible } };
  const kept = { ...(limits === undefined ? {} : { limits }), ...(replicas === undefined ? {} : { replicas }) };
  const name = view.key.name;
  return [
    ...(replicas === undefined
      ? []
      : [
          attempt(
            `drop replicas of NodePool ${name}, so that its size follows its pods`,
            { ...spec, ...(limits === undefined ? {} : { limits }) },
            { replicas: null },
          ),
        ]),
    ...(limits === undefined
      ? []
      : [
          attempt(
            `raise the limits of NodePool ${name}`,
            { ...spec, ...(replicas === undefined ? {} : { replicas }) },
            { limits: null },
          ),
        ]),
    ...(own.some(({ minValues }) => minValues !== undefined)
      ? [
          attempt(
            `drop minValues of NodePool ${name}`,
            { ...spec, ...kept, template },
            { template: { spec: { requirements: flexible } } },
          ),
        ]
      : []),
  ];
}

const isZero = (duration: string | undefined): boolean => duration === undefined || duration === "0s";

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
