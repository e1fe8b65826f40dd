/**
 * Whether a move still saves when the scheduler does not follow the plan (lifecycle 8.16, O14). Nothing holds the places
 * that a simulation gave to the pods: they are made anew in some order, and each goes where it scores best. So before a move
 * is made it is rehearsed: kube-scheduler's part is played in several orders on the room that would be there, and what is
 * left over costs what the engine would buy for it.
 */
import type { Pod } from "../../api/index.ts";
import { isVirtualPod } from "../buffers/virtual-pods.ts";
import { withPods } from "../cluster/nominated-pods.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifying } from "../pods/pod-class.ts";
import { buildSession } from "../provisioning/build-session.ts";
import { standingBeside, standingSelectorKeys } from "../provisioning/build-topology.ts";
import { resolveOptions } from "../provisioning/options.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";
import type { Session } from "../provisioning/session.ts";
import { failed, ok, type Result } from "../result.ts";
import { boughtAs } from "./admission.ts";
import { type Judge, machineOf, type Move, type MoveRefusal, savingTolerance } from "./evaluate.ts";
import { type Arrival, placeByScore, type Placed, takeAllBack } from "./scheduler-part.ts";
import { planned } from "./simulation.ts";
import { standingReplacement } from "./standing-replacement.ts";

type Asked = Pick<Judge, "simulator" | "context">;

/** Nodes looked at for all pods of all orders; fewer orders are tried when pods are many. */
const mostLooks = 4_000_000;

/** The move, or why some order of its pods would take back what it saves. Yields work. */
export function* rehearse(asked: Asked, move: Move): Generator<number, Result<Move, MoveRefusal>> {
  const pods = podsOf(move);
  const { rehearsals } = asked.context.settings;
  if (rehearsals === 0 || pods.length === 0) return ok(move);
  const picture = pictureAfter(asked, move);
  const options = resolveOptions({ ...asked.simulator.options, preferencePolicy: "Ignore" });
  const standing = yield* standingBeside(picture, new Set());
  const { classes } = yield* classifying(pods, standingSelectorKeys(standing));
  const session = yield* buildSession(picture, { classes, standing, options });
  const known = new Map<string, MoveRefusal | undefined>();
  const most = Math.max(2, Math.floor(mostLooks / (pods.length * Math.max(1, session.nodes.slots.length))));
  for (const order of ordersOf(session, pods, Math.min(rehearsals, most))) {
    const { placed, left } = yield* placeByScore(session, order);
    const key = layoutKey(placed, left);
    if (left.length > 0 && !known.has(key)) {
      const plan = yield* planned(layoutOf(picture, { placed, left }), asked.simulator.options);
      known.set(key, refusalOf(asked, move, plan));
    }
    takeAllBack(placed);
    const refusal = known.get(key);
    if (refusal !== undefined) return failed(refusal);
  }
  return ok(move);
}

/** Chunks of capacity buffers are no objects that the scheduler places. */
const podsOf = ({ replacements, nominations }: Move): readonly Pod[] =>
  [...replacements.flatMap(({ pods }) => pods), ...nominations.map(({ pod }) => pod)].filter(
    (pod) => !isVirtualPod(pod),
  );

/** Without what goes, with what comes. */
function pictureAfter({ simulator }: Asked, { candidates, replacements }: Move): ClusterSnapshot {
  const { poolUsage: _, ...snapshot } = simulator.snapshot;
  const going = new Set(candidates.map(({ node }) => node.name));
  const made = replacements.map((claim, index) => standingReplacement(snapshot, claim, `replacement-${index}`));
  return { ...snapshot, nodes: [...snapshot.nodes.filter(({ name }) => !going.has(name)), ...made] };
}

/** As they are evicted, from small to large, from large to small, and shuffled. */
function ordersOf({ workloads }: Session, pods: readonly Pod[], count: number): readonly (readonly Arrival[])[] {
  const arrivalOf = new Map<Pod, Arrival>();
  for (const workload of workloads)
    for (const [nth, pod] of workload.pods.entries()) arrivalOf.set(pod, { workload, nth });
  const evicted = pods.flatMap((pod) => arrivalOf.get(pod) ?? []);
  const size = ({ workload: { requests } }: Arrival): number =>
    (requests["cpu"] ?? 0) / 1_000 + (requests["memory"] ?? 0) / 4_294_967_296;
  const small = evicted.toSorted((a, b) => size(a) - size(b));
  const orders: (readonly Arrival[])[] = [evicted, small, small.toReversed()];
  for (let seed = 1; orders.length < count; seed++) orders.push(shuffled(evicted, seed));
  return orders.slice(0, count);
}

/** Always the same for one seed. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const result = [...list];
  let state = seed;
  for (let at = result.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 4_294_967_296) * (at + 1));
    const moved = result[at] as T;
    result[at] = result[other] as T;
    result[other] = moved;
  }
  return result;
}

function layoutKey(placed: readonly Placed[], left: readonly Arrival[]): string {
  const counts = new Map<string, number>();
  for (const { workload, slot } of placed) {
    const key = `${workload.index}@${slot.index}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return `${[...counts]
    .map(([key, count]) => `${key}x${count}`)
    .sort()
    .join()} ${left
    .map(({ workload }) => workload.index)
    .sort((a, b) => a - b)
    .join()}`;
}

function layoutOf(
  picture: ClusterSnapshot,
  { placed, left }: { readonly placed: readonly Placed[]; readonly left: readonly Arrival[] },
): ClusterSnapshot {
  const podOf = ({ workload, nth }: Arrival): readonly Pod[] => workload.pods.slice(nth, nth + 1);
  const arrived = Map.groupBy(placed, ({ slot }) => slot.state.name);
  const nodes = picture.nodes.map((node) => withPods(node, (arrived.get(node.name) ?? []).flatMap(podOf)));
  return { ...picture, nodes, pendingPods: left.flatMap(podOf).map(refusedByScheduler) };
}

/** The pod that is made in its place, once the scheduler has found no node for it. */
function refusedByScheduler({ spec, ...pod }: Pod): Pod {
  const { nodeName: _, ...free } = spec;
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] as const;
  return { ...pod, spec: free, status: { phase: "Pending", conditions } };
}

function refusalOf({ context }: Asked, move: Move, plan: ProvisioningPlan): MoveRefusal | undefined {
  const { candidates, replacements } = move;
  const [stranded] = plan.unplaced;
  if (stranded !== undefined) {
    const name = `${stranded.pod.metadata.namespace ?? "default"}/${stranded.pod.metadata.name ?? ""}`;
    return { code: "placement", text: `placed by the scheduler its pods might leave ${name} without a place` };
  }
  const saving = move.saving - plan.pricePerHour;
  const charge = context.settings.provisioning.nodeChargePerHour ?? 0;
  const fewer = candidates.length - replacements.length - plan.claims.length;
  const given = new Set(candidates.map(machineOf));
  const back = plan.claims.find(({ cheapest }) => given.has(boughtAs(cheapest.instanceType, cheapest.capacityType)));
  const saves = saving > savingTolerance || saving + charge * fewer > savingTolerance;
  if (saves && back === undefined) return undefined;
  const bought = plan.claims.map(({ cheapest }) => cheapest.instanceType).join(", ");
  const text = `placed by the scheduler its pods might need ${bought} again, and ${dollars(saving)} of ${dollars(move.saving)} would be saved`;
  return { code: "placement", text };
}

const dollars = (price: number): string => `${Number(price.toFixed(6))} $/h`;
