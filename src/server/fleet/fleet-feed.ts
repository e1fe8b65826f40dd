/** The live state of the fleet, told once whole and then by what changed. */
import { formatTimestamp } from "../../api/index.ts";
import type { ClusterSnapshot } from "../../core/index.ts";
import type { Clock } from "../../platform/index.ts";
import {
  type Changes,
  type DecisionLine,
  type FleetDecision,
  type FleetDelta,
  type FleetState,
  mostDecisions,
  mostTrendPoints,
  poolKeyOf,
  type TrendPoint,
} from "../contract/index.ts";
import { createFleetReader, type FleetPicture } from "./fleet-picture.ts";

export interface FleetFeed {
  state(): FleetState;
  /** What was told after that revision, oldest first; undefined when that is no longer kept. */
  since(revision: number): readonly FleetDelta[] | undefined;
  /** Calls back for each later change; the returned function unsubscribes. */
  subscribe(listener: (delta: FleetDelta) => void): () => void;
  /** Looks once a second until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks now: tells what has changed, if anything has. */
  look(): void;
}

export interface FleetSource {
  readonly clock: Clock;
  readonly snapshot: () => ClusterSnapshot;
  readonly decisions: {
    list(): readonly FedDecision[];
    subscribe(listener: (decision: FedDecision) => void): () => void;
  };
  readonly build: string;
  readonly title: string;
  readonly mode?: NonNullable<FleetState["mode"]>;
}

export interface FedDecision extends DecisionLine {
  readonly nodePool?: string;
  readonly nodeClaim?: string;
}

const keptDeltas = 300;
const lookEvery = 1_000;
/** Real or scaled seconds between two points of the trend. */
const trendEvery = 10_000;

export function createFleetFeed(source: FleetSource): FleetFeed {
  const { clock, decisions } = source;
  const read = createFleetReader();
  const listeners = new Set<(delta: FleetDelta) => void>();
  const kept: FleetDelta[] = [];
  let nextId = 1;
  const numbered = (decision: FedDecision): FleetDecision => ({ id: nextId++, ...decision });
  let waiting: FleetDecision[] = [];
  let version = -1;
  let lastPoint = Number.NEGATIVE_INFINITY;
  let state: FleetState = {
    ...empty(source),
    decisions: decisions.list().slice(-mostDecisions).map(numbered),
  };
  decisions.subscribe((decision) => waiting.push(numbered(decision)));

  const look = (): void => {
    const snapshot = source.snapshot();
    const picture = snapshot.version === version ? undefined : read(snapshot);
    version = snapshot.version;
    const point = pointNow(clock, picture?.figures ?? state.figures, clock.monotonic() - lastPoint >= trendEvery);
    if (point !== undefined) lastPoint = clock.monotonic();
    const changed = {
      ...(picture === undefined ? {} : changesOf(state, picture)),
      ...(waiting.length === 0 ? {} : { decisions: waiting }),
      ...(point === undefined ? {} : { trend: [point] }),
    };
    waiting = [];
    if (Object.keys(changed).length === 0) return;
    const delta: FleetDelta = {
      schema: "fleet-delta/1",
      revision: state.revision + 1,
      time: formatTimestamp(clock.now()),
      ...changed,
    };
    state = stateAfter(state, delta, picture);
    kept.push(delta);
    if (kept.length > keptDeltas) kept.shift();
    for (const listener of listeners) listener(delta);
  };
  return {
    state: () => state,
    since: (revision) => {
      if (revision === state.revision) return [];
      const from = kept.findIndex((delta) => delta.revision === revision + 1);
      return from === -1 ? undefined : kept.slice(from);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    look,
    run: async (signal) => {
      while (!signal.aborted) {
        look();
        await clock.sleep(lookEvery, { signal }).catch(() => undefined);
      }
    },
  };
}

const empty = ({ build, title, mode, clock }: FleetSource): FleetState => ({
  schema: "fleet/1",
  revision: 0,
  build,
  title,
  ...(mode === undefined ? {} : { mode }),
  time: formatTimestamp(clock.now()),
  figures: {
    pricePerHour: 0,
    nodes: 0,
    pods: { running: 0, pending: 0 },
    cpu: { used: 0, of: 0 },
    memoryGib: { used: 0, of: 0 },
  },
  nodes: [],
  pools: [],
  pending: [],
  decisions: [],
  trend: [],
});

function pointNow(clock: Clock, figures: FleetState["figures"], isDue: boolean): TrendPoint | undefined {
  if (!isDue) return undefined;
  const { pricePerHour, nodes, pods } = figures;
  return { time: formatTimestamp(clock.now()), pricePerHour, nodes, pending: pods.pending };
}

/** The server holds the picture itself, in its order, and need not merge. */
function stateAfter(state: FleetState, delta: FleetDelta, picture: FleetPicture | undefined): FleetState {
  const { revision, time, decisions = [], trend = [] } = delta;
  return {
    ...state,
    ...picture,
    revision,
    time,
    decisions: [...state.decisions, ...decisions].slice(-mostDecisions),
    trend: [...state.trend, ...trend].slice(-mostTrendPoints),
  };
}

function changesOf(state: FleetState, picture: FleetPicture): Partial<FleetDelta> {
  const nodes = changes(state.nodes, picture.nodes, ({ name }) => name);
  const pools = changes(state.pools, picture.pools, poolKeyOf);
  const pending = changes(state.pending, picture.pending, ({ pod }) => pod);
  return {
    ...(isSame(state.figures, picture.figures) ? {} : { figures: picture.figures }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(pools === undefined ? {} : { pools }),
    ...(pending === undefined ? {} : { pending }),
  };
}

function changes<T extends object>(
  old: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
): Changes<T> | undefined {
  const before = new Map(old.map((item) => [keyOf(item), item]));
  const set: T[] = [];
  for (const item of now) {
    const key = keyOf(item);
    const known = before.get(key);
    if (known === undefined || (known !== item && !isSame(known, item))) set.push(item);
    before.delete(key);
  }
  const gone = [...before.keys()];
  return set.length === 0 && gone.length === 0 ? undefined : { set, gone };
}

/** Lines are small and plain, and made in one place: equal lines have equal texts. */
const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
