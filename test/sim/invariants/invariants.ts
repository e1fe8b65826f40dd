/** Everything that is checked after every event. */
import type { KubeObject, ResourceType } from "../../../src/api/index.ts";
import type { ObjectName } from "../../../src/kube/index.ts";
import type { Change, Machine } from "../../../src/local/index.ts";
import { type CalmClock, createCalmClock } from "./calm-clock.ts";
import { checkCycles } from "./cycles.ts";
import { checkDisruptions } from "./disruptions.ts";
import { checkEvictions } from "./evictions.ts";
import { createLateChecks } from "./late.ts";
import { checkLaunches } from "./launches.ts";
import { createPicture, isAlive, isWorkload, type Picture } from "./picture.ts";
import type { Report, Violation } from "./violation.ts";

export interface Invariants {
  readonly picture: Picture;
  readonly calm: CalmClock;
  readonly violations: readonly Violation[];
  readonly counts: { readonly pods: number; readonly launched: number; readonly terminated: number };
  observe(type: ResourceType, change: Change): void;
  observeMachine(machine: Machine): void;
  onPodDeleted(name: ObjectName): void;
  report: Report;
  /** Whether no node, claim or machine is left. */
  isEmpty(): boolean;
  /** What must be so once everything was scaled to none and time enough has passed: nothing is left. */
  checkEnd(): void;
}

export function createInvariants(clock: { monotonic(): number; now(): number }): Invariants {
  const violations: Violation[] = [];
  const report: Report = (kind, object, text) => void violations.push({ kind, at: clock.monotonic(), object, text });
  const picture = createPicture();
  const calm = createCalmClock(clock);
  const counts = { pods: 0, launched: 0, terminated: 0 };
  const late = createLateChecks({ picture, calm, report });
  const evictions = checkEvictions({ picture, clock, report });
  checkLaunches(picture, report);
  const cycles = checkCycles({ picture, clock, report });
  checkDisruptions({ picture, clock, report, onVoluntary: cycles.onVoluntary });
  picture.listen({
    pod: ({ previous, next }) => {
      if (previous === undefined && next !== undefined) counts.pods += 1;
    },
    machine: (machine, previous) => {
      if (previous === undefined) counts.launched += 1;
      if (machine.state === "terminated" && previous?.state !== "terminated") counts.terminated += 1;
    },
  });
  return {
    picture,
    calm,
    violations,
    counts,
    report,
    onPodDeleted: evictions.onPodDeleted,
    observe: (type, change) => {
      picture.observe(type, change);
      late.check();
      cycles.check();
    },
    observeMachine: (machine) => {
      picture.observeMachine(machine);
      late.check();
    },
    isEmpty: () => picture.nodes.size + picture.claims.size === 0 && ![...picture.machines.values()].some(isAlive),
    checkEnd: () => checkEnd(picture, report),
  };
}

function checkEnd(picture: Picture, report: Report): void {
  const left = <T extends KubeObject>(kind: string, objects: ReadonlyMap<string, T>): void => {
    for (const key of objects.keys()) report(kind, key, "is still there at the end");
  };
  left("empty-node", picture.nodes);
  left("claim-left", picture.claims);
  for (const [id, machine] of picture.machines)
    if (isAlive(machine) && !picture.owners.has(id)) report("orphan", id, "is still there at the end");
  for (const [key, pod] of picture.pods) if (isWorkload(pod)) report("stuck-pod", key, "is still there at the end");
}
