import { labels as labelKeys, nodeClassLabelKey, nodePoolHash, type Taint } from "../../api/index.ts";
import { type BitSet, andInto, isEmptySet, membersOf } from "../catalogue/bit-set.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import { keyText, type PoolKey } from "../cluster/keys.ts";
import { byWeightThenName } from "../cluster/freeze.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { isStaticPool, type PoolView } from "../cluster/views.ts";
import { relaxMinValues, satisfiesMinValues } from "../requirements/min-values.ts";
import { type Requirements, requirementIn, requirementOf } from "../requirements/requirement.ts";
import { addRequirements, labelRequirements, requirementsOf, specRequirements } from "../requirements/requirements.ts";
import type { ResolvedOptions } from "./options.ts";

/** One dynamic pool as the solver sees it (scheduling 4.1). */
export interface Template {
  readonly index: number;
  readonly view: PoolView;
  readonly name: string;
  readonly weight: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the pool as it is now, so that a later edit drifts what is launched. */
  readonly hash: string;
  readonly taints: readonly Taint[];
  /** Pool requirements, labels, and the two simulation keys. */
  readonly set: SetId;
  readonly requirements: Requirements;
  /** Rows that a claim of this pool may be, before any pod; empty when the pool's requirements leave none. */
  readonly rows: BitSet;
  readonly excluded?: "requirements" | "min-values";
  readonly hasMinValues: boolean;
  readonly minValuesRelaxed: boolean;
}

/** Labels that exist in the simulation only, so that DaemonSets selecting them are counted (scheduling 2.5). */
export const simulationKeys: ReadonlySet<string> = new Set([labelKeys.registered, labelKeys.initialized]);

const ownerLabel: Readonly<Record<PoolKey["kind"], string>> = {
  NodePool: labelKeys.nodePool,
  Provisioner: labelKeys.provisionerName,
};

/** Pools that may get new claims now: dynamic, Ready, not deleting, with instance types (scheduling 1.8), in order. */
export const selectPools = (snapshot: ClusterSnapshot): readonly PoolView[] =>
  snapshot.pools.filter(isUsable).toSorted(byWeightThenName);

function isUsable(view: PoolView): boolean {
  const { pool } = view;
  if (pool.metadata.deletionTimestamp !== undefined || isStaticPool(view)) return false;
  return pool.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

export const weightOf = (view: PoolView): number => view.pool.spec.weight ?? 0;

export function buildTemplate(
  view: PoolView,
  index: number,
  context: {
    readonly table: RequirementTable;
    readonly snapshot: ClusterSnapshot;
    readonly options: ResolvedOptions;
  },
): Template {
  const { table, snapshot, options } = context;
  const labels = templateLabels(view);
  const requirements = templateRequirements(view, labels);
  const list = snapshot.instanceTypes.get(keyText(view.key)) ?? [];
  const filtered = filterTypes(
    table,
    requirements,
    andInto(table.catalogue.rowsOf(list).slice(), table.catalogue.usable),
  );
  const outcome = minValuesOf(table, requirements, filtered, options);
  return {
    index,
    view,
    name: view.key.name,
    weight: weightOf(view),
    labels,
    hash: nodePoolHash(view.pool),
    taints: view.pool.spec.template.spec.taints ?? [],
    set: table.intern(outcome.requirements),
    requirements: outcome.requirements,
    rows: outcome.rows,
    ...(isEmptySet(outcome.rows) ? { excluded: isEmptySet(filtered) ? "requirements" : "min-values" } : {}),
    hasMinValues: [...outcome.requirements.values()].some(({ minValues }) => (minValues ?? 0) > 0),
    minValuesRelaxed: outcome.relaxed,
  };
}

/** The class of a Provisioner is a view of no name that a label could carry. */
function templateLabels({ key, pool }: PoolView): Readonly<Record<string, string>> {
  const { metadata, spec } = pool.spec.template;
  const own = { ...metadata?.labels, [ownerLabel[key.kind]]: key.name };
  return key.kind === "Provisioner" ? own : { ...own, [nodeClassLabelKey(spec.nodeClassRef)]: spec.nodeClassRef.name };
}

function templateRequirements(view: PoolView, labels: Readonly<Record<string, string>>): Requirements {
  const own = addRequirements(specRequirements(view.pool.spec.template.spec.requirements), labelRequirements(labels));
  const simulated = [...simulationKeys].map((key) => requirementIn(key, "true"));
  return addRequirements(own, requirementsOf([...simulated, ...foreignOwner(view.key)]));
}

/** The key of NodePools is well known, and would else be any on a Provisioner's nodes (v1alpha5 5.6 step 4). */
const foreignOwner = ({ kind }: PoolKey) =>
  kind === "Provisioner" ? [requirementOf({ key: labelKeys.nodePool, operator: "DoesNotExist" })] : [];

function filterTypes(table: RequirementTable, requirements: Requirements, rows: BitSet): BitSet {
  return andInto(rows.slice(), table.select(table.intern(requirements)).rows);
}

interface MinValuesResult {
  readonly requirements: Requirements;
  readonly rows: BitSet;
  readonly relaxed: boolean;
}

function minValuesOf(
  table: RequirementTable,
  requirements: Requirements,
  rows: BitSet,
  options: ResolvedOptions,
): MinValuesResult {
  const outcome = satisfiesMinValues(typesOf(table.catalogue, rows), requirements);
  if (outcome.ok) return { requirements, rows, relaxed: false };
  if (options.minValuesPolicy === "Strict") return { requirements, rows: new Uint32Array(rows.length), relaxed: false };
  return { requirements: relaxMinValues(requirements, outcome.achieved), rows, relaxed: true };
}

/** Distinct types of the rows, in order of name. */
export const typesOf = (catalogue: Catalogue, rows: BitSet) =>
  [...new Set(membersOf(rows).map((row) => catalogue.typeOfRow[row] ?? 0))].flatMap(
    (type) => catalogue.types[type] ?? [],
  );
