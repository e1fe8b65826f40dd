/** Starts and ends each fault of the scenario when its time has come. */
import { nodeType } from "../../../src/api/index.ts";
import { isKubeFault, type KubeClient } from "../../../src/kube/index.ts";
import type { Machine, SimulatedAccount } from "../../../src/local/index.ts";
import type { ManualClock } from "../../../src/platform/index.ts";
import type { Fault, FaultKind } from "../scenario.ts";
import type { ControllerProcess } from "../world/controller-process.ts";
import type { ActiveFault, FaultBoard } from "./fault-board.ts";
import type { WatchFaults } from "./watch-faults.ts";

export interface InjectDeps {
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  readonly board: FaultBoard;
  readonly watches: WatchFaults;
  readonly controller: ControllerProcess;
  /** From now on for so long the controller cannot be held to its bounds. */
  readonly disturb: (milliseconds: number) => void;
  readonly isOver: () => boolean;
}

const minute = 60_000;
/** What comes after a fault until everything has caught up: back-offs, caches of failures, a resumed watch. */
const echo = 3 * minute;
const retryMilliseconds = 5 * minute;
/** Somebody repairs a machine whose kubelet stopped after this long. */
const repairMilliseconds = 10 * minute;

/** Faults that last; they go on until they have struck at least once. */
const lasting: ReadonlySet<FaultKind> = new Set([
  "api-conflict",
  "api-lost-response",
  "api-slow",
  "api-unavailable",
  "cloud-latency",
  "cloud-lost-response",
  "cloud-throttling",
  "watch-late",
] satisfies FaultKind[]);

export function inject(deps: InjectDeps, fault: Fault): void {
  if (deps.isOver()) return;
  const active = deps.board.begin(fault);
  if (lasting.has(fault.kind)) last(deps, active, fault.forMilliseconds);
  else atOnce[fault.kind as Exclude<FaultKind, "launch-failure">]?.(deps, active);
}

function last(deps: InjectDeps, active: ActiveFault, milliseconds: number): void {
  deps.disturb(milliseconds + echo);
  deps.clock.after(milliseconds, () => {
    if (active.strikes > 0 || deps.isOver()) deps.board.end(active);
    else last(deps, active, minute);
  });
}

type AtOnce = (deps: InjectDeps, active: ActiveFault) => void;

const atOnce: Readonly<Partial<Record<FaultKind, AtOnce>>> = {
  "controller-crash": ({ board, controller }, active) => {
    const { random } = active;
    const writes = 1 + random.integer(30);
    active.strike();
    board.end(active);
    const downMilliseconds = 1_000 + random.integer(60_000);
    controller.crash(writes, { takesEffect: random.next() < 0.7, downMilliseconds });
  },
  "controller-restart": ({ board, controller }, active) => {
    active.strike();
    board.end(active);
    controller.restart();
  },
  "watch-broken": ({ board, watches, disturb }, active) => {
    watches.breakSome(active);
    board.end(active);
    disturb(echo);
  },
  // A silent watch is found out when the server closes it, after 5 to 10 minutes, or half a minute later.
  "watch-silent": ({ board, watches, disturb }, active) => {
    watches.silenceSome(active);
    board.end(active);
    disturb(11 * minute + echo);
  },
  "insufficient-capacity": (deps, active) => {
    const machine = pick(deps, active, () => true);
    if (machine === undefined) return again(deps, active);
    const family = `${machine.instanceType.split(".")[0] ?? ""}.*`;
    const patterns = [
      { instanceType: machine.instanceType },
      { instanceType: family, zone: machine.zone },
      { instanceType: family, capacityType: machine.capacityType },
    ];
    const lift = deps.account.faults.insufficientCapacity(patterns[active.random.integer(patterns.length)] ?? {});
    const end = (): void => {
      if (active.strikes === 0 && !deps.isOver()) {
        deps.clock.after(minute, end);
        return;
      }
      lift();
      deps.board.end(active);
    };
    deps.clock.after(active.fault.forMilliseconds, end);
  },
  "instance-lost": (deps, active) =>
    strikeMachine(deps, active, {
      isFit: () => true,
      act: ({ instanceId }) => deps.account.faults.terminate(instanceId),
    }),
  "spot-interruption": (deps, active) =>
    strikeMachine(deps, active, {
      isFit: ({ capacityType }) => capacityType === "spot",
      act: ({ instanceId }) => deps.account.faults.interrupt(instanceId),
    }),
  "node-failure": (deps, active) =>
    strikeMachine(deps, active, {
      isFit: ({ failed }) => !failed,
      act: (machine) => {
        const { clock, account, kube } = deps;
        const byDeletion = active.random.next() < 0.5;
        clock.after(repairMilliseconds, () => {
          if (byDeletion) void deleteNode(kube, machine.privateDnsName);
          else account.faults.terminate(machine.instanceId);
        });
        return account.faults.fail(machine.instanceId);
      },
    }),
  "node-deleted": (deps, active) =>
    strikeMachine(deps, active, {
      isFit: ({ failed }) => !failed,
      act: ({ privateDnsName }) => {
        void deleteNode(deps.kube, privateDnsName);
        return true;
      },
    }),
};

/** Strikes one running machine by chance, later if there is none now. */
function strikeMachine(
  deps: InjectDeps,
  active: ActiveFault,
  how: { readonly isFit: (machine: Machine) => boolean; readonly act: (machine: Machine) => boolean },
): void {
  const machine = pick(deps, active, how.isFit);
  if (machine === undefined || !how.act(machine)) return again(deps, active);
  active.strike();
  deps.board.end(active);
}

function pick({ account }: InjectDeps, { random }: ActiveFault, isFit: (machine: Machine) => boolean) {
  const fit = account.machines.list().filter((machine) => machine.state === "running" && isFit(machine));
  return fit.length === 0 ? undefined : fit[random.integer(fit.length)];
}

function again(deps: InjectDeps, active: ActiveFault): void {
  deps.board.end(active);
  deps.clock.after(retryMilliseconds, () => inject(deps, active.fault));
}

async function deleteNode(kube: KubeClient, name: string): Promise<void> {
  try {
    await kube.delete(nodeType, { name });
  } catch (error) {
    if (!isKubeFault(error, "NotFound")) throw error;
  }
}
