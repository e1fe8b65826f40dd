import type { KubeObject, Pod } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  keyText,
  type PlannedClaim,
  type PoolView,
  poolUsageOf,
  type ProvisioningPlan,
} from "../../core/index.ts";
import { type EventRecorder, objectKey } from "../../kube/index.ts";
import type { Clock, Counter, Logger, MetricsRegistry } from "../../platform/index.ts";
import { batchedLine, equalChoices, limitExcess, limitLine, packingLine, waitingLine } from "../../legacy/index.ts";

/** Told of each plan and of the picture that it was made on. */
export type PlanListener = (plan: ProvisioningPlan, snapshot: ClusterSnapshot) => void;

const limitLineMilliseconds = 5 * 60_000;
const choiceMilliseconds = 3_600_000;

interface Lines {
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly choices: Counter;
  readonly compat: () => boolean;
  readonly windowMilliseconds: () => number;
  /** When a limit was told of last, by Provisioner and resource, and a choice, by workload. */
  readonly toldAt: Map<string, number>;
}

/**
 * What the era's users look for in logs and events when plans are made: the limit that was hit (D8), choices among equals
 * (D7), the old forms of the planning lines (D10). Silent while there is no Provisioner.
 */
export function createPlanLines(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly metrics: MetricsRegistry;
  /** Whether the old forms are wanted. */
  readonly compat: () => boolean;
  /** How long the batch of this plan was open. */
  readonly windowMilliseconds: () => number;
}): PlanListener {
  const choices = deps.metrics.counter({
    name: "karpenter_provisioner_arbitrary_choices_total",
    help: "Machines planned for one of several pools of equal weight that would have done.",
    labels: ["provisioner"],
  });
  const lines: Lines = { ...deps, choices, toldAt: new Map() };
  return (plan, snapshot) => {
    if (lines.compat()) tellFoundingForms(lines, plan);
    if (!snapshot.pools.some(({ key }) => key.kind === "Provisioner")) return;
    tellLimits(lines, plan, snapshot);
    for (const claim of plan.claims) tellChoice(lines, claim, snapshot.pools);
  };
}

function tellLimits(lines: Lines, plan: ProvisioningPlan, snapshot: ClusterSnapshot): void {
  const pools = new Map(snapshot.pools.map((pool) => [keyText(pool.key) as string, pool]));
  for (const { pod, reasons } of plan.unplaced) {
    for (const { layer, object = "" } of reasons) {
      const pool = pools.get(object);
      if (layer === "limits" && pool?.key.kind === "Provisioner") tellLimit(lines, { pod, pool, snapshot });
    }
  }
}

function tellLimit(
  lines: Lines,
  { pod, pool, snapshot }: { readonly pod: Pod; readonly pool: PoolView; readonly snapshot: ClusterSnapshot },
): void {
  const types = snapshot.instanceTypes.get(keyText(pool.key)) ?? [];
  const excess = limitExcess({ pool, pod, types, usage: poolUsageOf(snapshot, pool.key) });
  if (excess === undefined) return;
  const { resource, usage, limit } = excess;
  if (!isDue(lines, `limit ${keyText(pool.key)} ${resource}`, limitLineMilliseconds)) return;
  lines.log.error(limitLine(resource, usage, limit), {
    logger: "controller.provisioner",
    provisioner: pool.key.name,
    resource,
  });
}

/** Whether it is time to tell again; then it counts as told. What is long past is forgotten. */
function isDue({ clock, toldAt }: Lines, key: string, milliseconds: number): boolean {
  const now = clock.monotonic();
  for (const [told, at] of toldAt) if (now - at >= choiceMilliseconds) toldAt.delete(told);
  if (now - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < milliseconds) return false;
  toldAt.set(key, now);
  return true;
}

/** One event an hour for each workload: of a hundred pods all say the same. */
function tellChoice(lines: Lines, { pods, pool }: PlannedClaim, pools: readonly PoolView[]): void {
  const [pod] = pods;
  const rivals = pod === undefined ? [] : equalChoices(pod, pool, pools);
  if (pod === undefined || rivals.length === 0) return;
  lines.choices.increment({ provisioner: pool.key.name });
  if (!isDue(lines, `choice ${workloadOf(pod)}`, choiceMilliseconds)) return;
  lines.events.publish({
    object: pod,
    type: "Normal",
    reason: "ArbitraryProvisioner",
    message: `${named(pool)} was taken, ${rivals.map(named).join(", ")} of equal weight would have done: the choice is arbitrary; set weights, or make them exclusive`,
    dedupeValues: ["arbitrary", workloadOf(pod)],
    dedupeMilliseconds: choiceMilliseconds,
  });
}

const named = ({ key }: PoolView): string => `${key.kind} ${key.name}`;

function workloadOf(pod: KubeObject): string {
  const [owner] = pod.metadata.ownerReferences ?? [];
  return owner?.uid ?? objectKey(pod);
}

function tellFoundingForms(lines: Lines, { claims, nominations, unplaced }: ProvisioningPlan): void {
  const log = lines.log.with({ logger: "controller.provisioning", compat: true });
  const batched = claims.reduce((sum, { pods }) => sum + pods.length, nominations.length + unplaced.length);
  if (batched > 0) log.info(batchedLine(batched, lines.windowMilliseconds()));
  const groups = Map.groupBy(claims, ({ instanceTypes }) => instanceTypes.join(" "));
  for (const group of groups.values()) {
    const pods = group.reduce((sum, claim) => sum + claim.pods.length, 0);
    log.info(packingLine(group.length, pods, group[0]?.instanceTypes ?? []));
  }
  // The old loop said so each time that it had dealt with a batch.
  if (claims.length + nominations.length > 0) log.info(waitingLine);
}
