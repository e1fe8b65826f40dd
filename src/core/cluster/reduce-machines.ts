/** Nodes and claims of the picture: pairing by provider id, and the state node of each pair. */
import type { Node } from "../../api/index.ts";
import { buildStateNode } from "./build-state-node.ts";
import { type KeyText, keyText } from "./keys.ts";
import { exchangeUsage } from "./pool-usage.ts";
import type { ClusterState, Machine, MachineKey } from "./state.ts";
import type { StateNode } from "./state-node.ts";
import { type ClaimView, poolKeyOfLabels } from "./views.ts";

export function withNode(state: ClusterState, name: string, node: Node | undefined): ClusterState {
  const before = machineKeyOfNode(state.nodes.get(name));
  const after = machineKeyOfNode(node);
  const nodes = node === undefined ? state.nodes.delete(name) : state.nodes.set(name, node);
  let next: ClusterState = { ...state, nodes };
  if (before !== undefined && before !== after) next = refreshed(next, before, { without: name });
  return after === undefined ? next : refreshed(next, after, { withNode: name });
}

export function withClaim(state: ClusterState, key: KeyText, view: ClaimView | undefined): ClusterState {
  const before = machineKeyOfClaim(state.claims.get(key));
  const after = machineKeyOfClaim(view);
  const claims = view === undefined ? state.claims.delete(key) : state.claims.set(key, view);
  let next: ClusterState = { ...state, claims };
  if (before !== undefined && before !== after) next = refreshed(next, before, { without: key });
  return after === undefined ? next : refreshed(next, after, { withClaim: key });
}

export function withMarks(state: ClusterState, providerIds: readonly string[], marked: boolean): ClusterState {
  let next = state;
  for (const id of providerIds) {
    const key: MachineKey = `id:${id}`;
    if (!next.machines.has(key)) continue;
    const marks = marked ? next.marks.set(key, true) : next.marks.delete(key);
    if (marks !== next.marks) next = refreshed({ ...next, marks }, key);
  }
  return next;
}

export function withStateNode(state: ClusterState, key: MachineKey, stateNode: StateNode | undefined): ClusterState {
  const machine = state.machines.get(key);
  if (machine === undefined) return state;
  return withMachine(state, key, machineOf(machine.nodes, machine.claims, stateNode));
}

/** The machine that a Node belongs to; none for a Node of a pool that has no provider id yet. */
export function machineKeyOfNode(node: Node | undefined): MachineKey | undefined {
  if (node === undefined) return undefined;
  const id = node.spec.providerID ?? "";
  if (id !== "") return `id:${id}`;
  return poolKeyOfLabels(node.metadata.labels) === undefined ? `node:${node.metadata.name ?? ""}` : undefined;
}

/** A claim is no machine before it is launched: it has neither capacity nor place. */
function machineKeyOfClaim(view: ClaimView | undefined): MachineKey | undefined {
  const id = view?.claim.status?.providerID ?? "";
  return id === "" ? undefined : `id:${id}`;
}

/** Rebuilds the machine at `key` after one of its parts came, went or changed. */
export function refreshed(
  state: ClusterState,
  key: MachineKey,
  change: { readonly withNode?: string; readonly withClaim?: KeyText; readonly without?: string } = {},
): ClusterState {
  const machine = state.machines.get(key);
  const nodes = membersAfter(machine?.nodes ?? [], change.withNode, change.without);
  const claims = membersAfter(machine?.claims ?? [], change.withClaim, change.without);
  if (nodes.length === 0 && claims.length === 0) return withoutMachine(state, key);
  const node = nodes[0] === undefined ? undefined : state.nodes.get(nodes[0]);
  const stateNode = buildStateNode({
    node,
    claim: claims[0] === undefined ? undefined : state.claims.get(claims[0]),
    bound: node === undefined ? undefined : state.podsByNode.get(nodes[0] ?? ""),
    marked: state.marks.has(key),
    nominatedUntil: state.nominations.get(key),
  });
  return withMachine(state, key, machineOf(nodes, claims, stateNode));
}

function withMachine(state: ClusterState, key: MachineKey, machine: Machine): ClusterState {
  const before = state.machines.get(key)?.stateNode;
  const after = machine.stateNode;
  return {
    ...state,
    machines: state.machines.set(key, machine),
    stateNodes: exchanged(state, key, { before, after }),
    poolUsage: exchangeUsage(state.poolUsage, before, after),
  };
}

/** Nothing of it is left; a mark or nomination must not wait for a machine that comes back under the same id. */
function withoutMachine(state: ClusterState, key: MachineKey): ClusterState {
  const before = state.machines.get(key)?.stateNode;
  return {
    ...state,
    machines: state.machines.delete(key),
    stateNodes: exchanged(state, key, { before, after: undefined }),
    poolUsage: exchangeUsage(state.poolUsage, before, undefined),
    marks: state.marks.delete(key),
    nominations: state.nominations.delete(key),
  };
}

function exchanged(
  state: ClusterState,
  key: MachineKey,
  change: { readonly before: StateNode | undefined; readonly after: StateNode | undefined },
): ClusterState["stateNodes"] {
  const { before, after } = change;
  const moved = before !== undefined && before.name !== after?.name;
  const rest = moved ? state.stateNodes.delete(sortKey(before, key)) : state.stateNodes;
  return after === undefined ? rest : rest.set(sortKey(after, key), after);
}

/** Names are nearly unique; the machine's key settles the rest. */
const sortKey = (node: StateNode, key: MachineKey): string => `${node.name}\0${key}`;

function machineOf(nodes: readonly string[], claims: readonly KeyText[], stateNode: StateNode | undefined): Machine {
  return stateNode === undefined ? { nodes, claims } : { nodes, claims, stateNode };
}

function membersAfter<K extends string>(
  members: readonly K[],
  added: K | undefined,
  removed: string | undefined,
): readonly K[] {
  const rest = removed === undefined ? members : members.filter((member) => member !== removed);
  return added === undefined || rest.includes(added) ? rest : [...rest, added].sort();
}

export const claimKeyText = (view: ClaimView): KeyText => keyText(view.key);
