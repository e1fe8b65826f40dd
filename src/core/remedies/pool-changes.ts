/** Single changes of pools that might let a pod in. */
import type { NodePool, Pod } from "../../api/index.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PoolView } from "../cluster/views.ts";
import type { Attempt, RemedyKind } from "./remedy.ts";

type Requirements = NonNullable<NodePool["spec"]["template"]["spec"]["requirements"]>;

export function poolAttempts(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  return snapshot.pools.flatMap((view) => [
    ...readyChange(snapshot, view),
    ...minValuesChanges(snapshot, view),
    ...labelChanges(snapshot, view, pod),
    ...requirementChanges(snapshot, view),
  ]);
}

interface Change {
  readonly kind: RemedyKind;
  readonly text: string;
  readonly pool: NodePool;
  readonly patch?: Attempt["remedy"]["patch"];
}

function attempt(snapshot: ClusterSnapshot, view: PoolView, { kind, text, pool, patch }: Change): Attempt {
  const pools = snapshot.pools.map((each) => (each === view ? { ...view, pool } : each));
  const remedy = { kind, text, object: keyText(view.key), ...(patch === undefined ? {} : { patch }) };
  return { remedy, snapshot: { ...snapshot, pools } };
}

const named = ({ key }: PoolView): string => `${key.kind} ${key.name}`;

/** The condition says itself what is to be mended. */
function readyChange(snapshot: ClusterSnapshot, view: PoolView): readonly Attempt[] {
  const conditions = view.pool.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "True") return [];
  const status = {
    ...view.pool.status,
    conditions: conditions.map((each) => (each === ready ? { ...each, status: "True" as const } : each)),
  };
  const why = ready.message ?? ready.reason ?? "it does not say why";
  const text = `mend ${named(view)}, which is not ready: ${why}`;
  return [attempt(snapshot, view, { kind: "mend-pool", text, pool: { ...view.pool, status } })];
}

function withRequirements(pool: NodePool, requirements: Requirements): NodePool {
  const spec = { ...pool.spec.template.spec, requirements };
  return { ...pool, spec: { ...pool.spec, template: { ...pool.spec.template, spec } } };
}

const patchOf = (requirements: Requirements): Attempt["remedy"]["patch"] => ({
  spec: { template: { spec: { requirements } } },
});

function minValuesChanges(snapshot: ClusterSnapshot, view: PoolView): readonly Attempt[] {
  const all: Requirements = view.pool.spec.template.spec.requirements ?? [];
  return all.flatMap((requirement) => {
    if (requirement.minValues === undefined) return [];
    const { minValues, ...rest } = requirement;
    const changed = all.map((each) => (each === requirement ? rest : each));
    const text = `drop minValues ${minValues} of ${requirement.key} of ${named(view)}`;
    const pool = withRequirements(view.pool, changed);
    return [attempt(snapshot, view, { kind: "drop-min-values", text, pool, patch: patchOf(changed) })];
  });
}

function requirementChanges(snapshot: ClusterSnapshot, view: PoolView): readonly Attempt[] {
  const all: Requirements = view.pool.spec.template.spec.requirements ?? [];
  return all.map((requirement) => {
    const { key, operator, values = [] } = requirement;
    const changed = all.filter((each) => each !== requirement);
    const text = `drop ${[key, operator, ...(values.length === 0 ? [] : [`[${values.join(" ")}]`])].join(" ")} from the requirements of ${named(view)}`;
    const pool = withRequirements(view.pool, changed);
    return attempt(snapshot, view, { kind: "drop-pool-requirement", text, pool, patch: patchOf(changed) });
  });
}

/** Labels of Kubernetes' and the product's own domains are not a pool's to give. */
const ownedDomain = /(?:^|\.)(?:kubernetes\.io|k8s\.io|karpenter\.sh|karpenter\.k8s\.aws)\//;

/** A label that the pod selects and no machine of the pool carries. */
function labelChanges(snapshot: ClusterSnapshot, view: PoolView, { spec }: Pod): readonly Attempt[] {
  const { template } = view.pool.spec;
  const own = template.metadata?.labels ?? {};
  return Object.entries(spec.nodeSelector ?? {}).flatMap(([key, value]) => {
    if (ownedDomain.test(key) || own[key] !== undefined) return [];
    const metadata = { ...template.metadata, labels: { ...own, [key]: value } };
    const pool = { ...view.pool, spec: { ...view.pool.spec, template: { ...template, metadata } } };
    const patch = { spec: { template: { metadata: { labels: { [key]: value } } } } };
    const text = `give nodes of ${named(view)} the label ${key}=${value}`;
    return [attempt(snapshot, view, { kind: "add-pool-label", text, pool, patch })];
  });
}
