/** What the page asks of the engine, and the answers. Pure: the worker only carries them. */
import { admissionCauses, type KubeObject, type NodePool, withDefaults } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  type EpochMillis,
  freezeSnapshot,
  isReschedulable,
  type PoolView,
} from "../../core/index.ts";
import { parseManifests, renderObject } from "../../manifests/index.ts";
import {
  clusterOfObjects,
  consolidate,
  explain,
  type ExplainReport,
  planNow,
  type PlanReport,
  simulate,
  type SimulateReport,
  simulationOptions,
} from "../../studies/index.ts";
import { stateOf } from "./engine-state.ts";

export type Question =
  | { readonly kind: "saving" }
  /** What would be done now, in one step. */
  | { readonly kind: "plan" }
  /** Why the pod or node is where it is: `pod/NAMESPACE/NAME`, `node/NAME`. */
  | { readonly kind: "explain"; readonly object: string }
  /** The text of a pool as it stands, without what its controller wrote. */
  | { readonly kind: "pool-text"; readonly pool: string }
  /** What would follow if the pool `pool`, `Kind/name`, were as in `text`. */
  | { readonly kind: "what-if"; readonly pool: string; readonly text: string };

export type Answer =
  | { readonly kind: "answer"; readonly study: Study; readonly before?: Study }
  | { readonly kind: "plan"; readonly plan: PlanReport }
  | { readonly kind: "explained"; readonly report: ExplainReport }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bad-edit"; readonly problems: readonly EditProblem[] }
  | { readonly kind: "refused"; readonly message: string };

export interface Study {
  /** The fleet as it stands, after every move that the engine would make. */
  readonly standing: SimulateReport;
  /** The same pods placed anew, as if no node were there: where the fleet would get to in time. */
  readonly anew: SimulateReport;
}

export interface EditProblem {
  /** From 1; where in the text. */
  readonly line: number;
  readonly message: string;
}

export function answerTo(question: Question, snapshot: ClusterSnapshot): Answer {
  switch (question.kind) {
    case "saving":
      return study(snapshot, snapshot.pools);
    case "plan": {
      const plan = planNow({ ...snapshot, takenAt: snapshot.takenAt ?? (0 as EpochMillis) });
      return plan.ok ? { kind: "plan", plan: plan.value } : refusedFor(plan.failure);
    }
    case "explain": {
      const report = explain(snapshot, { object: question.object });
      return report.ok
        ? { kind: "explained", report: report.value }
        : { kind: "refused", message: report.failure.message };
    }
    case "pool-text": {
      const view = poolOf(snapshot, question.pool);
      if (view === undefined) return { kind: "refused", message: `there is no pool ${question.pool} now` };
      return { kind: "text", text: textOf(view.pool) };
    }
    default:
      return whatIf(question, snapshot);
  }
}

const poolOf = ({ pools }: ClusterSnapshot, key: string): PoolView | undefined =>
  pools.find((view) => `${view.key.kind}/${view.key.name}` === key);

/** What is written by people: the rest would only stand in the way of an edit. */
function textOf(pool: NodePool): string {
  const { name, labels, annotations = {} } = pool.metadata;
  const own = Object.entries(annotations).filter(([key]) => !written.has(key));
  const metadata = {
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
  };
  return renderObject({ apiVersion: pool.apiVersion, kind: pool.kind, metadata, spec: pool.spec } as KubeObject);
}

/** By controllers and by kubectl. */
const written: ReadonlySet<string> = new Set([
  "karpenter.sh/nodepool-hash",
  "karpenter.sh/nodepool-hash-version",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

function whatIf({ pool: key, text }: Extract<Question, { kind: "what-if" }>, snapshot: ClusterSnapshot): Answer {
  const old = poolOf(snapshot, key);
  if (old === undefined) return { kind: "refused", message: `there is no pool ${key} now` };
  const edited = readPool(text, old);
  if (!edited.ok) return { kind: "bad-edit", problems: edited.problems };
  const pools = snapshot.pools.map((view) => (view === old ? { ...view, pool: edited.pool } : view));
  const before = study(snapshot, snapshot.pools);
  const after = study(snapshot, pools);
  if (before.kind !== "answer" || after.kind !== "answer") return after;
  return { ...after, before: before.study };
}

type ReadPool =
  | { readonly ok: true; readonly pool: NodePool }
  | { readonly ok: false; readonly problems: readonly EditProblem[] };

function readPool(text: string, old: PoolView): ReadPool {
  const { objects, problems } = parseManifests("pool", text);
  if (problems.length > 0)
    return { ok: false, problems: problems.map(({ position, message }) => ({ line: position.line, message })) };
  const [entry] = objects;
  if (entry === undefined || objects.length > 1)
    return { ok: false, problems: [{ line: 1, message: `found ${objects.length} objects, expected one pool` }] };
  const { object } = entry;
  if (object.kind !== old.pool.kind || object.metadata.name !== old.pool.metadata.name) {
    const { line } = entry.positionOf(["metadata", "name"]);
    const message = `expected ${old.pool.kind} ${old.pool.metadata.name ?? ""}, found ${object.kind} ${object.metadata.name ?? ""}; a pool keeps its name here`;
    return { ok: false, problems: [{ line, message }] };
  }
  const pool = withDefaults(object as NodePool);
  const refused = admissionCauses(pool);
  if (refused.length > 0)
    return {
      ok: false,
      problems: refused.map(({ field, message }) => ({
        line: entry.positionOf(stepsOf(field)).line,
        message: `${field}: ${message}`,
      })),
    };
  return { ok: true, pool: { ...old.pool, spec: pool.spec } };
}

function study(snapshot: ClusterSnapshot, pools: readonly PoolView[]): Answer {
  const now = (snapshot.takenAt ?? 0) as EpochMillis;
  const state = stateOf(snapshot, pools);
  const picture = freezeSnapshot(state, now);
  const options = simulationOptions();
  const result = consolidate({ state, snapshot: picture, now }, simulate(picture, options), options);
  if (result.ok) {
    return {
      kind: "answer",
      study: { standing: result.value, anew: simulate(anewOf(snapshot, pools), options).report },
    };
  }
  return refusedFor(result.failure);
}

const refusedFor = ({ budget, message }: { readonly budget: string; readonly message: string }): Answer => ({
  kind: "refused",
  message: `PodDisruptionBudget ${budget} cannot be read: ${message}`,
});

/** `spec.template.requirements[0].key` step by step. */
const stepsOf = (field: string): readonly (string | number)[] =>
  [...field.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));

/** All pods that a node would come for, waiting, and no node. */
function anewOf(snapshot: ClusterSnapshot, pools: readonly PoolView[]): ClusterSnapshot {
  const running = snapshot.nodes.flatMap(({ pods }) => pods).filter(isReschedulable);
  const pods = [...running, ...snapshot.pendingPods].map(
    ({ spec: { nodeName: _place, ...spec }, status: _, ...pod }) => ({
      ...pod,
      spec,
    }),
  );
  const objects: readonly KubeObject[] = [
    ...[...snapshot.namespaceLabels].map(([name, labels]) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    })),
    ...snapshot.daemonSets,
    ...snapshot.persistentVolumeClaims.values(),
    ...snapshot.persistentVolumes.values(),
    ...snapshot.storageClasses.values(),
    ...pods,
  ];
  const offered = pools.map((view) => ({
    view,
    types: snapshot.instanceTypes.get(`${view.key.kind}/${view.key.name}`) ?? [],
  }));
  return freezeSnapshot(clusterOfObjects(objects, offered).state, (snapshot.takenAt ?? 0) as EpochMillis);
}
