/** Lives through a scenario and says what came of it. */
import { deploymentType, nodePoolType } from "../../src/api/index.ts";
import type { ProviderFactory } from "../../src/operator/index.ts";
import { createFaultBoard } from "./faults/fault-board.ts";
import { inject } from "./faults/inject.ts";
import { createWatchFaults } from "./faults/watch-faults.ts";
import { createInvariants, type Invariants } from "./invariants/invariants.ts";
import type { Violation } from "./invariants/violation.ts";
import { deploymentName, namespace, nodePools } from "./manifests.ts";
import { type Action, type FaultKind, type Scenario, scenarioMilliseconds } from "./scenario.ts";
import { createControllerProcess } from "./world/controller-process.ts";
import { createHistory, type History, type WriteRecord } from "./world/history.ts";
import { bootWorld, fillWorld, type World } from "./world/world.ts";

export interface SimulationOptions {
  /** Ends the run with the first violation of this kind; undefined: only at the end. */
  readonly stopAt?: (violation: Violation) => boolean;
  /** Puts a layer over the cloud provider, to break the controller on purpose. */
  readonly wrapProvider?: (provider: ProviderFactory) => ProviderFactory;
}

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly pods: number;
  readonly launched: number;
  readonly terminated: number;
  readonly emptyNodesAtEnd: number;
  /** Starts of a controller after the first. */
  readonly restarts: number;
  readonly dollars: number;
  /** Changes of objects and machines, each of which was followed by a look at all invariants. */
  readonly events: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly historyHash: string;
  /** The newest writes and log lines when the run ended. */
  readonly recent: { readonly writes: readonly WriteRecord[]; readonly log: readonly string[] };
}

const minute = 60_000;
const step = minute;
/** How long everything may take at most to go once nothing is wanted any more. */
const windDown = 45 * minute;

export async function simulate(scenario: Scenario, options: SimulationOptions = {}): Promise<Outcome> {
  const world = bootWorld(scenario);
  const { clock, account } = world;
  const history = createHistory();
  const invariants = createInvariants(clock);
  let events = 0;
  watchWorld(world, { history, invariants, count: () => (events += 1) });
  await clock.advance(0);
  await fillWorld(world, scenario);
  const run = start(world, { scenario, options, invariants });
  const isOver = (): boolean => options.stopAt !== undefined && invariants.violations.some(options.stopAt);
  const live = async (milliseconds: number, isDone = (): boolean => false): Promise<void> => {
    for (let passed = 0; passed < milliseconds && !isOver() && !isDone(); passed += step) await clock.advance(step);
  };
  await live(scenarioMilliseconds(scenario));
  run.endFaults();
  if (!isOver()) await scaleToNone(world, scenario);
  await live(windDown, () => invariants.isEmpty());
  if (!isOver()) invariants.checkEnd();
  const outcome: Outcome = {
    violations: invariants.violations,
    ...invariants.counts,
    emptyNodesAtEnd: invariants.picture.nodes.size,
    restarts: run.controller.starts - 1,
    dollars: account.bill().dollars,
    events,
    faults: run.counts,
    historyHash: history.hash(),
    recent: { writes: history.recent(), log: world.log.lines() },
  };
  await run.controller.stop();
  await world.stop();
  return outcome;
}

function watchWorld(
  { api, account, clock }: World,
  { history, invariants, count }: { history: History; invariants: Invariants; count: () => void },
): void {
  const verbs = { ADDED: "create", MODIFIED: "update", DELETED: "delete" } as const;
  api.observe((type, change) => {
    count();
    const { version, key } = change;
    history.add({ at: clock.monotonic(), verb: verbs[change.type], object: `${type.plural}/${key}`, version });
    invariants.observe(type, change);
  });
  account.machines.subscribe((machine) => {
    count();
    invariants.observeMachine(machine);
  });
}

interface Life {
  readonly scenario: Scenario;
  readonly options: SimulationOptions;
  readonly invariants: Invariants;
}

/** Starts the controller and sets every action and fault to its time. */
function start(world: World, { scenario, options, invariants }: Life) {
  const { clock, kube, account, log } = world;
  const { calm } = invariants;
  const board = createFaultBoard(scenario.seed);
  const watches = createWatchFaults({ clock, board });
  const { wrapProvider } = options;
  const controller = createControllerProcess({
    seed: scenario.seed,
    clock,
    kube,
    account,
    board,
    watches,
    log,
    onPodDeleted: (name) => invariants.onPodDeleted(name),
    onFailure: (text) => invariants.report("controller-failed", "controller", text),
    // A new one waits for the lease of the old and fills its caches first.
    onDown: (milliseconds) => calm.disturb(milliseconds + 3 * minute),
    ...(wrapProvider === undefined ? {} : { wrapProvider }),
  });
  let isOver = false;
  const disturb = (milliseconds: number): void => calm.disturb(milliseconds);
  const deps = { clock, kube, account, board, watches, controller, disturb, isOver: () => isOver };
  for (const fault of scenario.faults) clock.after(fault.at, () => inject(deps, fault));
  for (const action of scenario.actions) clock.after(action.at, () => void act(world, action));
  return {
    controller,
    counts: board.counts,
    endFaults: () => {
      isOver = true;
      board.endAll();
    },
  };
}

function act({ kube, clock }: World, action: Action): Promise<unknown> {
  if (action.kind === "pool-change") {
    const body = { spec: { template: { metadata: { labels: { "sim.karpenter-ts.dev/change": `${clock.now()}` } } } } };
    const { name = "" } = nodePools[action.pool]?.metadata ?? {};
    return kube.patch(nodePoolType, { name }, { type: "merge", body });
  }
  const target = { name: deploymentName(action.deployment), namespace };
  const body =
    action.kind === "scale"
      ? { spec: { replicas: action.replicas } }
      : { spec: { template: { metadata: { annotations: { "sim.karpenter-ts.dev/rollout": `${clock.now()}` } } } } };
  return kube.patch(deploymentType, target, { type: "merge", body });
}

async function scaleToNone({ kube }: World, { deployments }: Scenario): Promise<void> {
  for (let index = 0; index < deployments; index += 1) {
    const target = { name: deploymentName(index), namespace };
    await kube.patch(deploymentType, target, { type: "merge", body: { spec: { replicas: 0 } } });
  }
}
