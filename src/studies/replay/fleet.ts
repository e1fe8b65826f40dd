/** The machines of a replay: who runs where, since when, for how much. The only writer of the replay's cluster state. */
import { formatTimestamp, labels, type Node, type Pod } from "../../api/index.ts";
import {
  applyClusterEvents,
  claimViewOf,
  type ClusterEvent,
  type ClusterState,
  consolidateAfterMillis,
  epochMillisOf,
  objectKey,
  type PlannedClaim,
} from "../../core/index.ts";
import { budgetEvents } from "../simulate/consolidate.ts";
import { boundEvent, machineOf } from "../simulate/standing-machines.ts";

interface Machine {
  readonly name: string;
  readonly claim: ReturnType<typeof machineOf>["claim"];
  readonly node: Node;
  /** USD an hour. */
  readonly price: number;
  readonly launchedAt: number;
  readonly readyAt: number;
  /** Quiet time of its pool; Infinity for never. */
  readonly quietMillis: number;
  readonly pods: Set<string>;
  lastPodEvent: number;
  isQuiet: boolean;
}

/** Nodes and USD an hour from a moment on. */
export interface FleetChange {
  readonly at: number;
  readonly nodes: number;
  readonly pricePerHour: number;
}

interface Move {
  readonly at: number;
  readonly nodes: number;
  readonly price: number;
}

export interface FleetTotals {
  readonly dollars: number;
  readonly nodeMillis: number;
  readonly launched: number;
  readonly changes: readonly FleetChange[];
}

/** EC2 bills by the second, a minute at least. */
const leastBilledMillis = 60_000;
const millisPerHour = 3_600_000;

/** The picture of the cluster, changed only through here. Moments are milliseconds of virtual time. */
export class Fleet {
  #state: ClusterState;
  readonly #startupMillis: number;
  readonly #machines = new Map<string, Machine>();
  /** Names of machines and nodes by the pods on them. */
  readonly #homes = new Map<string, string>();
  readonly #moves: Move[] = [];
  #dollars = 0;
  #nodeMillis = 0;
  #launched = 0;

  constructor(initial: ClusterState, startupMillis: number) {
    this.#state = initial;
    this.#startupMillis = startupMillis;
  }

  get state(): ClusterState {
    return this.#state;
  }

  apply(events: readonly ClusterEvent[]): void {
    this.#state = applyClusterEvents(this.#state, events);
  }

  /** A machine of a plan with its pods, which run once it is ready. Tells its name. */
  launch(planned: PlannedClaim, now: number): string {
    this.#launched += 1;
    const name = `${planned.poolKey.name}-${this.#launched}`;
    const machine = machineFrom(planned, { name, state: this.#state, now, readyAt: now + this.#startupMillis });
    this.#machines.set(name, machine);
    this.#moves.push({ at: now, nodes: 1, price: machine.price });
    this.apply([claimEvent(machine, false), { type: "upsert", kind: "Node", object: joining(machine.node) }]);
    for (const pod of planned.pods) this.bind(pod, name, now);
    return name;
  }

  /** The machine has joined the cluster. */
  ready(name: string): void {
    const machine = this.#machines.get(name);
    if (machine !== undefined) this.apply([{ type: "upsert", kind: "Node", object: machine.node }]);
  }

  /** When pods bound to it run; undefined for a node that the setting brought. */
  readyAt(name: string): number | undefined {
    return this.#machines.get(name)?.readyAt;
  }

  bind(pod: Pod, name: string, now: number): void {
    const key = objectKey(pod);
    this.#machines.get(this.#homes.get(key) ?? "")?.pods.delete(key);
    this.#homes.set(key, name);
    this.apply([boundEvent(pod, name)]);
    const machine = this.#machines.get(name);
    if (machine === undefined) return;
    machine.pods.add(key);
    this.#touch(machine, now);
  }

  /** The pod is gone; tells when its machine is to be looked at, where that leaves it empty. */
  leave(pod: Pod, now: number): number | undefined {
    const key = objectKey(pod);
    const machine = this.#machines.get(this.#homes.get(key) ?? "");
    this.#homes.delete(key);
    this.apply([{ type: "delete", kind: "Pod", key }]);
    if (machine === undefined) return undefined;
    machine.pods.delete(key);
    this.#touch(machine, now);
    const due = Math.max(now, machine.readyAt) + machine.quietMillis;
    return machine.pods.size === 0 && Number.isFinite(due) ? due : undefined;
  }

  /** Out of the picture at once, billed until `until`. */
  remove(name: string, until: number): void {
    const machine = this.#machines.get(name);
    if (machine === undefined) return;
    this.#machines.delete(name);
    this.#bill(machine, until);
    const { key } = claimViewOf(machine.claim);
    this.apply([
      { type: "claim-deleted", key },
      { type: "delete", kind: "Node", key: name },
    ]);
  }

  /** Marks machines whose pods have not changed for long enough and counts budgets, as controllers would have done by now. */
  settle(now: number): void {
    for (const machine of this.#machines.values()) {
      const since = Math.max(machine.lastPodEvent, machine.readyAt);
      if (machine.isQuiet || since + machine.quietMillis > now) continue;
      machine.isQuiet = true;
      this.apply([claimEvent(machine, true)]);
    }
    if (this.#state.podDisruptionBudgets.size > 0) this.apply(budgetEvents(this.#state));
  }

  /** Whether time alone will make a further machine quiet. */
  isStirring(): boolean {
    return [...this.#machines.values()].some(({ isQuiet, quietMillis }) => !isQuiet && Number.isFinite(quietMillis));
  }

  /** Bills what still runs. */
  close(end: number): void {
    for (const machine of this.#machines.values()) this.#bill(machine, Math.max(end, machine.launchedAt));
    this.#machines.clear();
  }

  totals(): FleetTotals {
    return {
      dollars: this.#dollars,
      nodeMillis: this.#nodeMillis,
      launched: this.#launched,
      changes: changesOf(this.#moves),
    };
  }

  #touch(machine: Machine, now: number): void {
    machine.lastPodEvent = now;
    if (machine.isQuiet) this.apply([claimEvent(machine, false)]);
    machine.isQuiet = false;
  }

  #bill({ price, launchedAt }: Machine, until: number): void {
    this.#dollars += (price * Math.max(until - launchedAt, leastBilledMillis)) / millisPerHour;
    this.#nodeMillis += until - launchedAt;
    this.#moves.push({ at: until, nodes: -1, price: -price });
  }
}

function machineFrom(
  planned: PlannedClaim,
  { name, state, now, readyAt }: { name: string; state: ClusterState; now: number; readyAt: number },
): Machine {
  const { claim, node } = machineOf(state, planned, name);
  return {
    name,
    claim,
    node,
    price: planned.cheapest.price,
    launchedAt: now,
    readyAt,
    quietMillis: consolidateAfterMillis(planned.pool) ?? Number.POSITIVE_INFINITY,
    pods: new Set(),
    lastPodEvent: now,
    isQuiet: false,
  };
}

/** Until it is ready it is known as one that is on its way. */
function joining(node: Node): Node {
  const { [labels.initialized]: _, ...kept } = node.metadata.labels ?? {};
  return {
    ...node,
    metadata: { ...node.metadata, labels: kept },
    status: { ...node.status, conditions: [{ type: "Ready", status: "False" }] },
  };
}

function claimEvent({ claim, readyAt }: Machine, isQuiet: boolean): ClusterEvent {
  const lastTransitionTime = formatTimestamp(epochMillisOf(readyAt));
  const types = ["Launched", "Registered", "Initialized", ...(isQuiet ? ["Consolidatable"] : [])];
  const conditions = types.map((type) => ({ type, status: "True" as const, lastTransitionTime }));
  return { type: "claim", view: claimViewOf({ ...claim, status: { ...claim.status, conditions } }) };
}

/** Steps in order of time; those of one moment are one step. */
function changesOf(moves: readonly Move[]): readonly FleetChange[] {
  const steps: FleetChange[] = [];
  let [nodes, pricePerHour] = [0, 0];
  for (const { at, nodes: more, price } of moves.toSorted((a, b) => a.at - b.at)) {
    nodes += more;
    pricePerHour += price;
    if (steps.at(-1)?.at === at) steps.pop();
    steps.push({ at, nodes, pricePerHour: Number(pricePerHour.toFixed(6)) });
  }
  return steps;
}
