/** Whether the choice of a pool was arbitrary: another of the same weight would have done (spec: v1alpha5 4.3, D7). Pure. */
import { awsLabelRules, labels, type Pod } from "../../api/index.ts";
import {
  addRequirements,
  isCompatible,
  keyText,
  labelRequirements,
  podRequirements,
  type PoolView,
  requirementOf,
  requirementsOf,
  specRequirements,
  tolerationError,
} from "../../core/index.ts";

/** Pools of the chosen one's weight, a Provisioner among them, that the pod would also fit; in order of key. */
export function equalChoices(pod: Pod, chosen: PoolView, pools: readonly PoolView[]): readonly PoolView[] {
  const rivals = pools.filter(
    (pool) => keyText(pool.key) !== keyText(chosen.key) && weightOf(pool) === weightOf(chosen) && wouldHold(pool, pod),
  );
  const era = [chosen, ...rivals].some(({ key }) => key.kind === "Provisioner");
  return era ? rivals.toSorted((a, b) => (keyText(a.key) < keyText(b.key) ? -1 : 1)) : [];
}

const weightOf = ({ pool }: PoolView): number => pool.spec.weight ?? 0;

function wouldHold(view: PoolView, pod: Pod): boolean {
  const { metadata, spec } = view.pool.spec.template;
  const ready = view.pool.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  if (ready !== true || tolerationError(spec.taints ?? [], pod.spec.tolerations) !== undefined) return false;
  const own = labelRequirements({ ...metadata?.labels, [ownerLabel(view)]: view.key.name });
  const foreign = requirementOf({ key: foreignLabel(view), operator: "DoesNotExist" });
  const offered = addRequirements(addRequirements(specRequirements(spec.requirements), own), requirementsOf([foreign]));
  return isCompatible(offered, podRequirements(pod), awsLabelRules.wellKnown);
}

const ownerLabel = ({ key }: PoolView): string => (key.kind === "NodePool" ? labels.nodePool : labels.provisionerName);
const foreignLabel = ({ key }: PoolView): string =>
  key.kind === "NodePool" ? labels.provisionerName : labels.nodePool;
