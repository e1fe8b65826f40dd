/** What may be so for a while, but not for long. */
import {
  conditionTypes,
  isConditionTrue,
  labels,
  type Node,
  type NodeClaim,
  type Pod,
  terminationFinalizer,
} from "../../../src/api/index.ts";
import type { Machine } from "../../../src/local/index.ts";
import type { CalmClock } from "./calm-clock.ts";
import { createOverdue, type Overdue } from "./overdue.ts";
import { isAlive, isDeleting, isWorkload, type Picture, providerIdOf, type Step } from "./picture.ts";
import type { Report } from "./violation.ts";

const minute = 60_000;

/** Calm minutes that each state may last. */
const bounds = Object.freeze({
  /** A machine without a claim: its launch, the answer, and the rounds of the collector. */
  orphan: 10,
  /** A pod that nobody has placed: batches, failed launches with their back-off, and the boot of a machine. */
  "stuck-pod": 10,
  /** A pod bound to a working machine that does not run. */
  "pod-not-started": 10,
  "claim-not-launched": 10,
  /** The registration time-out is 15 minutes. */
  "claim-not-registered": 20,
  /** The collector of claims looks every two minutes, once the Node is not Ready any more. */
  "claim-without-machine": 15,
  "node-without-claim": 15,
  /** Pods may take their grace periods one after the other where a budget lets one go at a time. */
  "finalizer-forgotten": 30,
  "empty-node": 10,
  "node-unprotected": 2,
});

type Kind = keyof typeof bounds;

export interface LateChecks {
  check(): void;
}

export function createLateChecks(deps: {
  readonly picture: Picture;
  readonly calm: CalmClock;
  readonly report: Report;
}): LateChecks {
  const { picture, calm, report } = deps;
  const overdue = Object.fromEntries(
    Object.entries(bounds).map(([kind, minutes]) => [
      kind,
      createOverdue({ kind, boundMilliseconds: minutes * minute, calm, report }),
    ]),
  ) as Record<Kind, Overdue>;
  const all = Object.values(overdue);
  const looks = createLooks(picture, overdue);
  /** Names of nodes by provider id. */
  const nodeNames = new Map<string, string>();
  const lookAt = (providerId: string): void => {
    looks.machine(providerId);
    const name = nodeNames.get(providerId);
    const node = name === undefined ? undefined : picture.nodes.get(name);
    if (name === undefined || node === undefined) return;
    looks.node({ key: name, previous: undefined, next: node });
    for (const key of picture.podsOn(name)) looks.pod({ key, previous: undefined, next: picture.pods.get(key) });
  };
  picture.listen({
    pod: (step) => {
      looks.pod(step);
      const names = new Set([step.previous?.spec.nodeName, step.next?.spec.nodeName]);
      for (const name of names) if (name !== undefined) looks.emptiness(name);
    },
    node: (step) => {
      const { providerID } = (step.next ?? step.previous)?.spec ?? {};
      if (providerID !== undefined) nodeNames.set(providerID, step.key);
      looks.node(step);
      looks.emptiness(step.key);
    },
    claim: (step) => {
      looks.claim(step);
      const ids = new Set([step.previous, step.next].map((claim) => providerIdOf(claim)));
      for (const id of ids) lookAt(id);
    },
    machine: (machine) => {
      lookAt(machine.providerId);
      looks.ownerOf(machine);
    },
  });
  return {
    check: () => {
      for (const each of all) each.check();
    },
  };
}

function createLooks(picture: Picture, overdue: Readonly<Record<Kind, Overdue>>) {
  const machineOf = (node: Node | undefined): Machine | undefined => picture.machines.get(node?.spec.providerID ?? "");
  const machine = (providerId: string): void => {
    const found = picture.machines.get(providerId);
    overdue.orphan.set(providerId, found !== undefined && isAlive(found) && !picture.owners.has(providerId));
  };
  const claim = ({ key, next }: Step<NodeClaim>): void => {
    const id = providerIdOf(next);
    const lives = next !== undefined && !isDeleting(next);
    const registered = lives && isConditionTrue(next, conditionTypes.registered);
    overdue["claim-not-launched"].set(key, lives && id === "");
    overdue["claim-not-registered"].set(key, lives && id !== "" && !registered);
    overdue["claim-without-machine"].set(key, registered && !isAlive(picture.machines.get(id)));
    overdue["finalizer-forgotten"].set(`nodeclaim/${key}`, next !== undefined && isDeleting(next));
  };
  const pod = ({ key, next }: Step<Pod>): void => {
    const waits = next !== undefined && !isDeleting(next) && next.status?.phase === "Pending";
    const node = next?.spec.nodeName;
    overdue["stuck-pod"].set(key, waits && node === undefined);
    const host = node === undefined ? undefined : machineOf(picture.nodes.get(node));
    overdue["pod-not-started"].set(key, waits && host !== undefined && isAlive(host) && !host.failed);
  };
  return {
    pod,
    claim,
    machine,
    /** A machine that has gone leaves a claim behind. */
    ownerOf: ({ providerId }: Machine): void => {
      const key = picture.owners.get(providerId);
      if (key !== undefined) claim({ key, previous: undefined, next: picture.claims.get(key) });
    },
    node: ({ key, next }: Step<Node>): void => {
      const lives = next !== undefined && !isDeleting(next);
      overdue["node-unprotected"].set(key, lives && isRegistered(next) && !isProtected(next));
      overdue["node-without-claim"].set(key, lives && !picture.owners.has(next.spec.providerID ?? ""));
      overdue["finalizer-forgotten"].set(`node/${key}`, next !== undefined && isDeleting(next));
    },
    emptiness: (name: string): void => {
      const node = picture.nodes.get(name);
      const isReady = node !== undefined && !isDeleting(node) && node.metadata.labels?.[labels.initialized] === "true";
      overdue["empty-node"].set(name, isReady && isEmpty(picture, name));
    },
  };
}

const isRegistered = ({ metadata }: Node): boolean => metadata.labels?.[labels.registered] === "true";

const isProtected = ({ metadata }: Node): boolean => metadata.finalizers?.includes(terminationFinalizer) ?? false;

function isEmpty(picture: Picture, node: string): boolean {
  for (const key of picture.podsOn(node)) {
    const pod = picture.pods.get(key);
    if (pod !== undefined && isWorkload(pod)) return false;
  }
  return true;
}
