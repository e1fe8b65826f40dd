/**
 * kube-scheduler's part, played for pods that come one after another: each goes to the node with the highest score of those
 * that take it by the engine's own rules (lifecycle 8.16). Scores are those of its default profile that tell nodes apart:
 * least allocated and balanced, equally weighted; among equals the first by name.
 */
import { allowedOnNode, countOnNode, isBound } from "../topology/topology.ts";
import { acceptance, type NodeSlot, takeRoom } from "../provisioning/node-slots.ts";
import type { Session } from "../provisioning/session.ts";
import type { Stage, Workload } from "../provisioning/workload.ts";

/** A pod to place: of which workload, and the how many-th of it. */
export interface Arrival {
  readonly workload: Workload;
  readonly nth: number;
}

export interface Placed extends Arrival {
  readonly slot: NodeSlot;
}

/** Looks at so many nodes between two yields. */
const looksPerYield = 4_000;

/** Where the pods land, in the order given, and which find no node. Yields work. The session is left as placed. */
export function* placeByScore(
  session: Session,
  arrivals: readonly Arrival[],
): Generator<number, { readonly placed: readonly Placed[]; readonly left: readonly Arrival[] }> {
  const placed: Placed[] = [];
  const left: Arrival[] = [];
  const isFull = new Set<Workload>();
  let looked = 0;
  for (const arrival of arrivals) {
    const { workload } = arrival;
    const [stage] = workload.stages;
    const isFree = stage !== undefined && !isBound(stage.topology);
    const slot = stage === undefined || (isFree && isFull.has(workload)) ? undefined : best(session, workload, stage);
    looked += session.nodes.slots.length;
    if (slot === undefined || stage === undefined) {
      left.push(arrival);
      isFull.add(workload);
    } else {
      take(slot, workload, stage);
      placed.push({ ...arrival, slot });
    }
    if (looked < looksPerYield) continue;
    // A unit of work is some microseconds.
    yield looked >> 5;
    looked = 0;
  }
  return { placed, left };
}

/** Takes the pods off again. */
export function takeAllBack(placed: readonly Placed[]): void {
  for (const { slot, workload } of placed) {
    const [stage] = workload.stages;
    const { places, amounts } = workload.need;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] ?? 0;
      slot.remaining[place] = (slot.remaining[place] ?? 0) + (amounts[i] ?? 0);
    }
    // Counted anew from the pods that stand, when they are asked for.
    slot.ports = undefined;
    slot.volumes = undefined;
    if (stage !== undefined) countOnNode(stage.topology, factsOf(slot), -1);
  }
}

function take(slot: NodeSlot, workload: Workload, stage: Stage): void {
  takeRoom(slot, workload, 1);
  countOnNode(stage.topology, factsOf(slot), 1);
}

function best(session: Session, workload: Workload, stage: Stage): NodeSlot | undefined {
  const { slots, kinds } = session.nodes;
  const bound = isBound(stage.topology);
  const places = { cpu: session.space.place("cpu"), memory: session.space.place("memory") };
  let found: NodeSlot | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const slot of slots) {
    const kind = kinds[slot.kind];
    if (kind === undefined || acceptance(slot, kind, { workload, stage, wanted: 1 }) === 0) continue;
    if (bound && !allowedOnNode(stage.topology, factsOf(slot), stage.strict)) continue;
    const score = scoreOf(slot, workload, places);
    const isBetter = score > most + 1e-9 || (score > most - 1e-9 && slot.state.name < (found?.state.name ?? ""));
    if (!isBetter) continue;
    found = slot;
    most = score;
  }
  return found;
}

interface Places {
  readonly cpu: number;
  readonly memory: number;
}

/** With the pod on it. */
function scoreOf(slot: NodeSlot, { requests }: Workload, places: Places): number {
  const used = (name: "cpu" | "memory"): number => {
    const total = slot.state.allocatable[name] ?? 0;
    const left = (slot.remaining[places[name]] ?? 0) - (requests[name] ?? 0);
    return total === 0 ? 1 : Math.min(1, 1 - left / total);
  };
  const [cpu, memory] = [used("cpu"), used("memory")];
  return 1 - (cpu + memory) / 2 + (1 - Math.abs(cpu - memory) / 2);
}

const factsOf = ({ hostname, state }: NodeSlot) => ({ name: hostname, labels: state.labels, taints: state.taints });
