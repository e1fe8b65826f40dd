/** State of one running loop of the reference's algorithm, on top of the session that both engines lay out alike. */
import type { Pod } from "../../api/index.ts";
import { claimNameOf } from "../pods/pod-shape.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { keyText } from "../cluster/keys.ts";
import type { Session } from "../provisioning/session.ts";
import { spreadVariants } from "../provisioning/relaxation.ts";
import { type Stage, stageAt, type Workload } from "../provisioning/workload.ts";
import { addRequirements, labelRequirements, noRequirements, specRequirements } from "../requirements/requirements.ts";
import { createDomainUniverse } from "../topology/domain-universe.ts";
import type { OpenClaim } from "./open-claim.ts";
import type { Candidate } from "./domain-choice.ts";
import { createReservations, type Reservations } from "./reservations.ts";
import { noTieOrders, type Ties } from "./ties.ts";
import { createGroups, type Group, type Groups, type GroupView } from "./topology-groups.ts";

/** One pod of the queue: the one at `at` of its workload. */
export interface QueuedPod {
  readonly workload: Workload;
  readonly at: number;
  /** Length of the queue when the pod was last put back; -1 at first. */
  lastLength: number;
}

export interface Loop {
  readonly session: Session;
  readonly groups: Groups;
  readonly reservations: Reservations;
  /** In order of pods on them, stable. */
  readonly open: OpenClaim[];
  readonly stages: Map<Stage, StageMemo>;
  /** By what topology sees of a pod. */
  readonly matches: Map<string, Matches>;
  /** Stages of pods whose volumes cannot be read, as they are solved. */
  readonly unread: Map<Stage, Stage>;
  /** Nodes as topology sees them, by index; made when first asked for. */
  readonly nodes: Map<number, Candidate>;
  /** Rises with every placement. */
  version: number;
  readonly rules: LoopRules;
  /** What the open claims cost so far, machine charge included; counted only where there is a limit. */
  price: number;
}

export interface LoopRules {
  /** USD an hour, machine charge included: the loop is given up once its claims cost more. */
  readonly most: number;
  /** Without those faults of the reference that would make a plan break rules (scheduling 4.7 and 5.1). */
  readonly faultless: boolean;
  readonly ties: Ties;
}

/** The reference as it is. */
export const toTheLetter = (): LoopRules => ({ most: Infinity, faultless: false, ties: noTieOrders() });

/** What is known of the pods of a workload in one stage. */
export interface StageMemo {
  readonly view: GroupView;
  /** Forward groups that count such pods and inverse groups that keep them away; grows with the groups of the loop. */
  readonly counted: Group[];
  readonly binding: Group[];
  /** Groups that match such pods, and how many of them have been sorted into the lists above. */
  readonly matches: Matches;
  sorted: number;
  /** Claims and nodes (by index) that will never take such a pod again. */
  readonly closedClaims: Set<number>;
  readonly closedNodes: Set<number>;
  /** All nodes before it are closed. */
  firstNode: number;
}

/** Groups of the loop that match pods of equal labels and namespace; stages share it. */
interface Matches {
  readonly groups: Group[];
  /** Groups of the loop looked at so far. */
  seen: number;
}

export function createLoop(session: Session, rules: LoopRules): Loop {
  const { snapshot, options, workloads } = session;
  const moving = new Set<Pod>();
  for (const { pods } of workloads) for (const pod of pods) moving.add(pod);
  const groups = createGroups(
    workloads
      .flatMap((workload) => declaring(session, workload, rules))
      .filter(({ pod }) => rules.faultless || !usesBoundClaim(pod, snapshot)),
    {
      snapshot,
      universe: universeOf(session),
      scope: { namespaceLabels: snapshot.namespaceLabels, preferences: options.preferencePolicy === "Respect" },
      moving,
      wholeIdentity: rules.faultless,
    },
  );
  for (const { hostname } of session.nodes.slots) groups.registerHost(hostname);
  return {
    session,
    groups,
    reservations: createReservations(session.table, session.reservations),
    open: [],
    stages: new Map(),
    matches: new Map(),
    unread: new Map(),
    nodes: new Map(),
    version: 0,
    rules,
    price: 0,
  };
}

/** Stages whose groups there must be from the start: of the reference the first alone, whatever later ones then miss. */
function declaring(
  { workloadContext }: Session,
  workload: Workload,
  { faultless }: LoopRules,
): readonly { readonly pod: Pod; readonly key: string }[] {
  const [first] = workload.stages;
  if (first === undefined) return [];
  const more = faultless ? spreadVariants(first.pod, workloadContext.relaxation).length : 0;
  const later = Array.from({ length: more }, (_, i) => stageAt(workload, i + 1, workloadContext) ?? first);
  return [first, ...later].map(({ pod, topology }) => ({ pod, key: topology.key }));
}

/** The template's own labels and requirements; labels of pool and class give no domains up front (scheduling 5.2). */
function universeOf({ snapshot, pools, excluded }: Session) {
  return createDomainUniverse(
    [...pools.map(({ template }) => template), ...excluded].map(({ view, taints }) => {
      const { metadata, spec } = view.pool.spec.template;
      return {
        requirements: addRequirements(specRequirements(spec.requirements), labelRequirements(metadata?.labels)),
        taints,
        instanceTypes: snapshot.instanceTypes.get(keyText(view.key)) ?? [],
      };
    }),
  );
}

/** The stage at `index` as this loop sees it; undefined past the last. */
export function loopStage(loop: Loop, workload: Workload, index: number): Stage | undefined {
  const stage = stageAt(workload, index, loop.session.workloadContext);
  if (stage === undefined || loop.rules.faultless || !usesBoundClaim(stage.pod, loop.session.snapshot)) return stage;
  const known = loop.unread.get(stage) ?? withoutVolumes(loop.session, stage);
  loop.unread.set(stage, known);
  return known;
}

/**
 * The reference fails to read where bound volumes are. Such a pod is left out of topology and then solved as if it had no
 * volumes (scheduling 2.9, 11.5 item 46), and so it is in every recorded decision.
 */
const usesBoundClaim = (pod: Pod, { persistentVolumeClaims }: ClusterSnapshot): boolean =>
  (pod.spec.volumes ?? []).some((volume) => {
    const name = claimNameOf(pod, volume);
    const claim = persistentVolumeClaims.get(`${pod.metadata.namespace ?? "default"}/${name ?? ""}`);
    return name !== undefined && (claim?.spec.volumeName ?? "") !== "";
  });

const withoutVolumes = ({ table }: Session, stage: Stage): Stage => ({
  ...stage,
  volumes: [noRequirements],
  volumeSets: [table.intern(noRequirements)],
  nodeKinds: new Map(),
});

export function memoOf(loop: Loop, stage: Stage): StageMemo {
  const known = loop.stages.get(stage);
  const memo = known ?? newMemo(loop, stage);
  if (known === undefined) loop.stages.set(stage, memo);
  const { all } = loop.groups;
  const { matches } = memo;
  for (; matches.seen < all.length; matches.seen++) {
    const group = all[matches.seen];
    if (group?.matches(stage.pod) === true) matches.groups.push(group);
  }
  for (; memo.sorted < matches.groups.length; memo.sorted++) {
    const group = matches.groups[memo.sorted];
    if (group !== undefined) (group.inverse ? memo.binding : memo.counted).push(group);
  }
  return memo;
}

function matchesOf({ matches }: Loop, { topology: { key } }: Stage): Matches {
  const found = matches.get(key) ?? { groups: [], seen: 0 };
  matches.set(key, found);
  return found;
}

function newMemo(loop: Loop, stage: Stage): StageMemo {
  const isUnread = [...loop.unread.values()].includes(stage);
  const view = isUnread ? noGroups : loop.groups.view(stage.pod, stage.topology.key);
  return {
    view,
    counted: [],
    binding: [...view.owned],
    matches: matchesOf(loop, stage),
    sorted: 0,
    closedClaims: new Set(),
    closedNodes: new Set(),
    firstNode: 0,
  };
}

const noGroups: GroupView = Object.freeze({ owned: [], repels: [] });
