import { createSeededRandom, type Random } from "../../../src/platform/index.ts";
import { type Fault, type FaultKind, faultKinds } from "../scenario.ts";

/** A fault that is at work now. */
export interface ActiveFault {
  readonly fault: Fault;
  /** Chance of this fault alone. */
  readonly random: Random;
  /** How often it has struck. */
  readonly strikes: number;
  /** Counts one effect that somebody could notice. */
  strike(): void;
}

/** Which faults are at work, and how often each kind has struck. */
export interface FaultBoard {
  begin(fault: Fault): ActiveFault;
  end(active: ActiveFault): void;
  /** The fault of a kind that began first, if any is at work. */
  active(kind: FaultKind): ActiveFault | undefined;
  endAll(): void;
  /** Whether chance of the kind's fault says so; counts the strike. */
  strikes(kind: FaultKind, share: number): ActiveFault | undefined;
  readonly counts: Readonly<Record<FaultKind, number>>;
}

export function createFaultBoard(seed: number): FaultBoard {
  const counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const atWork = new Map<FaultKind, ActiveFault[]>();
  const active = (kind: FaultKind): ActiveFault | undefined => atWork.get(kind)?.[0];
  return {
    counts,
    active,
    begin: (fault) => {
      const begun = createActive(fault, createSeededRandom(`${seed}/fault/${fault.id}`), () => {
        counts[fault.kind] += 1;
      });
      atWork.set(fault.kind, [...(atWork.get(fault.kind) ?? []), begun]);
      return begun;
    },
    end: (ended) => {
      const { kind } = ended.fault;
      atWork.set(
        kind,
        (atWork.get(kind) ?? []).filter((other) => other !== ended),
      );
    },
    endAll: () => atWork.clear(),
    strikes: (kind, share) => {
      const found = active(kind);
      if (found === undefined || found.random.next() >= share) return undefined;
      found.strike();
      return found;
    },
  };
}

function createActive(fault: Fault, random: Random, count: () => void): ActiveFault {
  let strikes = 0;
  return {
    fault,
    random,
    get strikes() {
      return strikes;
    },
    strike: () => {
      strikes += 1;
      count();
    },
  };
}
