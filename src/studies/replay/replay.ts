/**
 * A trace of pods against a setting, on virtual time (product 4, `replay`): the engine plans every batch of arrivals and
 * consolidates what is left of it, as the controller would; machines are ready some time after their launch, cost money by
 * the second, and nothing else happens to them. Equal traces and settings give equal reports.
 */
import type { Pod } from "../../api/index.ts";
import {
  type ClusterEvent,
  type ClusterState,
  type DisruptionCommand,
  type DisruptionMethod,
  type DisruptionSettings,
  epochMillisOf,
  freezeSnapshot,
  objectKey,
  planDisruption,
  provision,
  type ProvisioningOptions,
  repacking,
  vacancy,
} from "../../core/index.ts";
import { simulationOptions } from "../simulate/simulate.ts";
import { createEventQueue, type EventQueue } from "./event-queue.ts";
import { Fleet } from "./fleet.ts";
import type { ReplaySettingReport } from "./report.ts";
import { seriesOf } from "./series.ts";
import { podOfTrace, type Trace, type TracePod } from "./trace.ts";
import { WaitingPods } from "./waiting-pods.ts";

/** What a trace is played against: pools with their types, and what else the setting brings (DaemonSets, nodes, budgets). */
export interface ReplaySetting {
  readonly name: string;
  readonly state: ClusterState;
}

export interface ReplayOptions {
  /** One catalogue for all plans unless told otherwise. */
  readonly provisioning?: ProvisioningOptions;
  /** From launch to ready; a minute unless told. */
  readonly startupMillis?: number;
  /** How often repacking is looked for; a 120th of the trace, a minute at the least, unless told. */
  readonly consolidateEveryMillis?: number;
}

/** A replay that can be paused between any two events. Where it pauses does not change the report. */
export interface Replay {
  /** Goes through so many events. */
  step(events: number): "more" | "done";
  /** Share of the trace that has been played, 0 to 1. */
  progress(): number;
  /** Only once `step` said `done`. */
  report(): ReplaySettingReport;
}

/** Plays it in one go. */
export function replay(trace: Trace, setting: ReplaySetting, options: ReplayOptions = {}): ReplaySettingReport {
  const run = createReplay(trace, setting, options);
  while (run.step(Number.MAX_SAFE_INTEGER) === "more");
  return run.report();
}

export const createReplay = (trace: Trace, setting: ReplaySetting, options: ReplayOptions = {}): Replay =>
  new PlayedTrace(trace, setting, options);

/** The controller's batching window (scheduling 1.5), its poll for disruption and its second look (lifecycle 3.1). */
const batchIdleMillis = 1_000;
const batchMaxMillis = 10_000;
const pollMillis = 10_000;
const secondLookMillis = 15_000;
const defaultStartupMillis = 60_000;
/** How long a look searches: less than the controller's, as a trace has many. Counted, so that answers are the same anywhere. */
const workUnitsPerLook = 5_000;
/** A look that budgets refused is taken again so much later. */
const budgetWaitMillis = 60_000;

type ReplayEvent =
  | { readonly kind: "leave"; readonly pod: Pod }
  | { readonly kind: "ready"; readonly machine: string }
  | { readonly kind: "arrive"; readonly traced: TracePod }
  | { readonly kind: "batch" | "vacancy" | "repack" };

/** At one moment pods leave first, then machines join, then pods come, then decisions are made. */
const rank = { leave: 0, ready: 1, arrive: 2, batch: 3, vacancy: 4, repack: 5 } as const;

class PlayedTrace implements Replay {
  readonly #trace: Trace;
  readonly #name: string;
  readonly #options: ProvisioningOptions;
  readonly #settings: Partial<DisruptionSettings>;
  readonly #startupMillis: number;
  readonly #everyMillis: number;
  readonly #fleet: Fleet;
  readonly #waiting: WaitingPods;
  readonly #queue: EventQueue<ReplayEvent> = createEventQueue();
  #now = 0;
  #evictions = 0;
  #batch: { readonly first: number; due: number } | undefined;
  #vacancyDue = Number.POSITIVE_INFINITY;
  /** Something has changed since repacking last found nothing. */
  #changed = true;
  #finished: ReplaySettingReport | undefined;

  constructor(trace: Trace, setting: ReplaySetting, options: ReplayOptions) {
    this.#trace = trace;
    this.#name = setting.name;
    this.#options = options.provisioning ?? simulationOptions();
    this.#settings = { provisioning: this.#options, workUnits: workUnitsPerLook };
    this.#startupMillis = options.startupMillis ?? defaultStartupMillis;
    this.#everyMillis = options.consolidateEveryMillis ?? defaultEveryMillis(trace);
    this.#fleet = new Fleet(setting.state, this.#startupMillis);
    this.#waiting = new WaitingPods(trace.endMillis);
    for (const traced of trace.pods) this.#push(traced.arrives, { kind: "arrive", traced });
    for (const pod of setting.state.unboundPods.list()) this.#waiting.add(pod, 0, undefined);
    if (setting.state.unboundPods.size > 0) this.#openBatch();
    if (Number.isFinite(this.#everyMillis)) this.#push(this.#everyMillis, { kind: "repack" });
  }

  step(events: number): "more" | "done" {
    for (let done = 0; done < events && this.#finished === undefined; done += 1) {
      const next = this.#queue.pop();
      if (next === undefined || next.at > this.#trace.endMillis) this.#finished = this.#close();
      else {
        this.#now = next.at;
        this.#handle(next.event);
      }
    }
    return this.#finished === undefined ? "more" : "done";
  }

  progress(): number {
    return this.#finished === undefined ? this.#now / Math.max(1, this.#trace.endMillis) : 1;
  }

  report(): ReplaySettingReport {
    if (this.#finished === undefined) throw new Error("the report was asked for before step() said done");
    return this.#finished;
  }

  #push(at: number, event: ReplayEvent): void {
    this.#queue.push(at, rank[event.kind], event);
  }

  #handle(event: ReplayEvent): void {
    switch (event.kind) {
      case "arrive":
        return this.#arrive(event.traced);
      case "leave":
        return this.#leave(event.pod);
      case "ready":
        return this.#fleet.ready(event.machine);
      case "batch":
        return this.#placeBatch();
      case "vacancy":
        return this.#lookForVacancy();
      case "repack":
        return this.#repack();
    }
  }

  #arrive(traced: TracePod): void {
    const pod = podOfTrace(traced);
    this.#waiting.add(pod, this.#now, traced.leaves);
    this.#fleet.apply([{ type: "upsert", kind: "Pod", object: pod }]);
    if (traced.leaves !== undefined) this.#push(traced.leaves, { kind: "leave", pod });
    this.#openBatch();
  }

  /** Each pod that comes makes the batch wait a little longer, up to its limit. */
  #openBatch(): void {
    const due = this.#now + batchIdleMillis;
    if (this.#batch === undefined) {
      this.#batch = { first: this.#now, due };
      this.#push(due, { kind: "batch" });
    } else this.#batch.due = Math.min(due, this.#batch.first + batchMaxMillis);
  }

  #leave(pod: Pod): void {
    this.#waiting.leave(pod, this.#now);
    const due = this.#fleet.leave(pod, this.#now);
    if (due !== undefined) this.#lookAt(due);
    this.#roomCame();
  }

  /** What was refused for want of room or limits is planned again. */
  #roomCame(): void {
    this.#changed = true;
    const again = this.#waiting.takeRetryable();
    if (again.length === 0) return;
    this.#fleet.apply(again.map((object): ClusterEvent => ({ type: "upsert", kind: "Pod", object })));
    this.#openBatch();
  }

  #placeBatch(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    if (batch.due > this.#now) {
      this.#push(batch.due, { kind: "batch" });
      return;
    }
    this.#batch = undefined;
    const snapshot = freezeSnapshot(this.#fleet.state, epochMillisOf(this.#now));
    if (snapshot.pendingPods.length === 0) return;
    const { claims, nominations, unplaced } = provision(snapshot, this.#options);
    for (const claim of claims) this.#launch(claim);
    for (const { pod, node } of nominations) {
      this.#fleet.bind(pod, node, this.#now);
      this.#waiting.start(pod, Math.max(this.#now, this.#fleet.readyAt(node) ?? 0));
    }
    for (const { pod, reasons } of unplaced) {
      this.#waiting.refuse(pod, reasons);
      this.#fleet.apply([{ type: "delete", kind: "Pod", key: objectKey(pod) }]);
    }
    this.#changed = true;
  }

  #launch(claim: Parameters<Fleet["launch"]>[0]): void {
    const machine = this.#fleet.launch(claim, this.#now);
    const readyAt = this.#now + this.#startupMillis;
    for (const pod of claim.pods) this.#waiting.start(pod, readyAt);
    this.#push(readyAt, { kind: "ready", machine });
  }

  /** At the next poll of the controller after that moment. */
  #lookAt(moment: number): void {
    const due = Math.ceil(moment / pollMillis) * pollMillis;
    if (due >= this.#vacancyDue && this.#vacancyDue >= this.#now) {
      // A later machine has a look of its own.
      this.#push(due, { kind: "vacancy" });
      return;
    }
    this.#vacancyDue = due;
    this.#push(due, { kind: "vacancy" });
  }

  #lookForVacancy(): void {
    const { commands, limitedByBudget } = this.#decide([vacancy]);
    for (const command of commands) this.#carryOut(command);
    if (limitedByBudget) this.#push(this.#now + budgetWaitMillis, { kind: "vacancy" });
  }

  #repack(): void {
    const { commands } = this.#changed ? this.#decide([vacancy, repacking]) : { commands: [] };
    for (const command of commands) this.#carryOut(command);
    this.#changed = commands.length > 0 || this.#fleet.isStirring();
    const next = commands.length > 0 ? Math.min(pollMillis, this.#everyMillis) : this.#everyMillis;
    this.#push(this.#now + next, { kind: "repack" });
  }

  #decide(methods: readonly DisruptionMethod[]): {
    readonly commands: readonly DisruptionCommand[];
    readonly limitedByBudget: boolean;
  } {
    this.#fleet.settle(this.#now);
    const now = epochMillisOf(this.#now);
    const snapshot = freezeSnapshot(this.#fleet.state, now);
    const planned = planDisruption(snapshot, { now, methods, settings: this.#settings });
    // A budget that cannot be read keeps everything where it is, as in the controller.
    if (!planned.ok) return { commands: [], limitedByBudget: false };
    const { commands, reports } = planned.value;
    return { commands, limitedByBudget: reports.some((each) => each.limitedByBudget) };
  }

  /** Pods run on where they are until their new place is ready, so they wait for nothing; the old machine costs until then. */
  #carryOut({ candidates, replacements, nominations = [], podsMoved }: DisruptionCommand): void {
    for (const claim of replacements) {
      const machine = this.#fleet.launch(claim, this.#now);
      this.#push(this.#now + this.#startupMillis, { kind: "ready", machine });
    }
    for (const { pod, node } of nominations) this.#fleet.bind(pod, node, this.#now);
    const gone = this.#now + secondLookMillis + (replacements.length > 0 ? this.#startupMillis : 0);
    for (const { node } of candidates) this.#fleet.remove(node.name, Math.min(gone, this.#trace.endMillis));
    this.#evictions += podsMoved;
    this.#roomCame();
  }

  #close(): ReplaySettingReport {
    const { endMillis } = this.#trace;
    this.#fleet.close(endMillis);
    const { dollars, nodeMillis, launched, changes } = this.#fleet.totals();
    return {
      name: this.#name,
      dollars: Number(dollars.toFixed(4)),
      podSecondsPending: Math.round(this.#waiting.close() / 1000),
      evictions: this.#evictions,
      peakNodes: changes.reduce((most, { nodes }) => Math.max(most, nodes), 0),
      nodeHours: Number((nodeMillis / millisPerHour).toFixed(3)),
      launched,
      ...this.#waiting.refused(),
      series: seriesOf(changes, endMillis),
    };
  }
}

const millisPerHour = 3_600_000;
const leastEveryMillis = 60_000;

/** Of a long trace so many looks are enough to see what consolidation is worth. */
const mostLooks = 120;

const defaultEveryMillis = ({ endMillis }: Trace): number =>
  Math.max(leastEveryMillis, Math.ceil(endMillis / mostLooks / leastEveryMillis) * leastEveryMillis);
