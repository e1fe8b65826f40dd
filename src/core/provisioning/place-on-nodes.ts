import type { NodeFacts } from "../topology/node-facts.ts";
import { allowedOnNode, countOnNode, isBound } from "../topology/topology.ts";
import { acceptance, type NodeSlot, takeRoom } from "./node-slots.ts";
import { type Demand, type NodePlacement, type Session, waiting } from "./session.ts";

/**
 * First fit in the order of the nodes, initialised ones first (scheduling 4.8). Pods that topology binds go one at a time,
 * and the whole round is repeated while one was placed, since each changes what the next may do.
 */
export function* placeOnNodes(session: Session, demands: readonly Demand[]): Generator<number, void> {
  const bound = demands.filter(({ stage }) => isBound(stage.topology));
  for (const demand of demands) if (!isBound(demand.stage.topology)) yield placeFree(session, demand);
  for (let progress = bound.length > 0; progress; ) {
    progress = false;
    for (const demand of bound) {
      const before = waiting(session, demand.workload);
      yield placeBound(session, demand);
      if (waiting(session, demand.workload) < before) progress = true;
    }
  }
}

function placeFree(session: Session, demand: Demand): number {
  let looked = 1;
  for (const slot of session.nodes.slots) {
    const wanted = waiting(session, demand.workload);
    if (wanted === 0) break;
    looked++;
    place(session, slot, { demand, count: accepted(session, slot, { demand, wanted }) });
  }
  return looked;
}

function placeBound(session: Session, demand: Demand): number {
  const { topology, strict } = demand.stage;
  let looked = 1;
  for (const slot of session.nodes.slots) {
    while (waiting(session, demand.workload) > 0) {
      looked++;
      if (accepted(session, slot, { demand, wanted: 1 }) === 0) break;
      if (!allowedOnNode(topology, factsOf(slot), strict)) break;
      place(session, slot, { demand, count: 1 });
    }
  }
  return looked;
}

/** Nodes that could take a pod of the workload, topology aside. */
export function nodesFor(session: Session, ask: Placing): readonly NodeSlot[] {
  return session.nodes.slots.filter((slot) => accepted(session, slot, { demand: ask, wanted: 1 }) > 0);
}

/** Puts one pod on the first of `nodes` that takes it now. */
export function placeOne(session: Session, ask: Placing, nodes: readonly NodeSlot[]): boolean {
  const { topology, strict } = ask.stage;
  for (const slot of nodes) {
    if (!allowedOnNode(topology, factsOf(slot), strict) || accepted(session, slot, { demand: ask, wanted: 1 }) === 0)
      continue;
    place(session, slot, { demand: ask, count: 1 });
    return true;
  }
  return false;
}

type Placing = Pick<Demand, "workload" | "stage">;

function accepted(
  session: Session,
  slot: NodeSlot,
  ask: { readonly demand: Placing; readonly wanted: number },
): number {
  const kind = session.nodes.kinds[slot.kind];
  const { workload, stage } = ask.demand;
  return kind === undefined ? 0 : acceptance(slot, kind, { workload, stage, wanted: ask.wanted });
}

/** Takes pods off their node again; ports and volumes of theirs stay counted. */
export function takeBack(session: Session, placement: NodePlacement, pods: number): void {
  const { node, workload, stage, count } = placement;
  const slot = session.nodes.slots.find(({ state }) => state.name === node);
  if (slot === undefined || stage === undefined) return;
  workload.need.places.forEach((place, i) => {
    slot.remaining[place] = (slot.remaining[place] ?? 0) + (workload.need.amounts[i] ?? 0) * pods;
  });
  countOnNode(stage.topology, factsOf(slot), -pods);
  session.placed[workload.index] = (session.placed[workload.index] ?? 0) - pods;
  const rest = count > pods ? [{ ...placement, count: count - pods }] : [];
  session.nominated.splice(session.nominated.indexOf(placement), 1, ...rest);
}

const factsOf = ({ hostname, state }: NodeSlot): NodeFacts => ({
  name: hostname,
  labels: state.labels,
  taints: state.taints,
});

function place(
  session: Session,
  slot: NodeSlot,
  { demand, count }: { readonly demand: Placing; readonly count: number },
): void {
  if (count === 0) return;
  const { workload, stage } = demand;
  takeRoom(slot, workload, count);
  countOnNode(stage.topology, factsOf(slot), count);
  const from = session.placed[workload.index] ?? 0;
  session.nominated.push({ node: slot.state.name, workload, from, count, stage });
  session.placed[workload.index] = from + count;
}
