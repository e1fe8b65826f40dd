import type { Resumable } from "../resumable.ts";
import { conflictingPorts, hostPortsOf, hostPortText } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { allowedOnNode } from "../topology/topology.ts";
import { type Claim, tryAdd } from "./claim.ts";
import { machineFacts } from "./claim-hosts.ts";
import { type NodeRefusal, nodeRefusal, type NodeSlot } from "./node-slots.ts";
import type { Reason } from "./plan.ts";
import type { Session } from "./session.ts";
import type { Stage, Workload } from "./workload.ts";

interface Ask {
  readonly workload: Workload;
  readonly stage: Stage;
}

/**
 * Looks that one pass spends on telling what nodes and claims said: enough for some hundred kinds of pods on ten thousand
 * nodes. Past it the pods that are left are told what the pools said, as all are.
 */
const mostLooks = 2_000_000;

export interface LayerRefusals {
  /** Why each node and each planned claim refused the pod: one reason for each cause, with how many it is true of. */
  of(ask: Ask): Resumable<readonly Reason[]>;
}

export function createLayerRefusals(session: Session): LayerRefusals {
  let looks = 0;
  return {
    *of(ask) {
      const { slots } = session.nodes;
      looks += slots.length + session.claims.length;
      if (looks > mostLooks) return [];
      const onNodes = countedBy(slots, (slot) => refusalOnNode(session, slot, ask));
      yield 1 + (slots.length >> 3);
      const onClaims = countedBy(session.claims, (claim) => refusalOnClaim(session, claim, ask));
      yield 1 + (session.claims.length >> 1);
      return [
        ...reasonsOf("existing-nodes", onNodes, { one: "node", many: "nodes", all: slots.length }).map((reason) =>
          reason.code === "host-port" ? { ...reason, text: reason.text + portHolder(slots, ask.workload) } : reason,
        ),
        ...reasonsOf("planned-claims", onClaims, { one: "new claim", many: "new claims", all: session.claims.length }),
      ];
    },
  };
}

/** The first pod in the way, in order of nodes: who has the port is what one looks for (operations 5.1). */
function portHolder(slots: readonly NodeSlot[], { ports }: Workload): string {
  for (const { state } of slots) {
    for (const { spec, metadata } of state.pods) {
      const [, wanted] = conflictingPorts(hostPortsOf({ spec }), ports) ?? [];
      if (wanted === undefined) continue;
      return ` (${hostPortText(wanted)}, held by pod ${metadata.namespace ?? "default"}/${metadata.name} on ${state.name})`;
    }
  }
  return "";
}

type Code = NodeRefusal | "topology";

const texts: Readonly<Record<Code, string>> = {
  overcommitted: "hold more than they have",
  taint: "have a taint that the pod does not tolerate",
  "volume-limit": "would exceed a volume limit",
  "host-port": "have the pod's host port in use",
  resources: "have too little room left",
  requirements: "do not have the labels that the pod asks for",
  volumes: "cannot reach the pod's volumes",
  topology: "are where spread, affinity or anti-affinity keep the pod out",
};

function countedBy<T>(list: readonly T[], codeOf: (item: T) => Code | undefined): ReadonlyMap<Code, number> {
  const counts = new Map<Code, number>();
  for (const item of list) {
    const code = codeOf(item);
    if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

/** Most frequent cause first. */
function reasonsOf(
  layer: "existing-nodes" | "planned-claims",
  counts: ReadonlyMap<Code, number>,
  names: { readonly one: string; readonly many: string; readonly all: number },
): readonly Reason[] {
  return [...counts]
    .sort(([a, inA], [b, inB]) => inB - inA || (a < b ? -1 : 1))
    .map(([code, count]) => {
      const all = `${names.all} ${names.all === 1 ? names.one : names.many}`;
      return { layer, code, text: `${count} of ${all} ${texts[code]}`, count };
    });
}

function refusalOnNode(session: Session, slot: NodeSlot, { workload, stage }: Ask): Code | undefined {
  const kind = session.nodes.kinds[slot.kind];
  if (kind === undefined) return undefined;
  const refusal = nodeRefusal(slot, kind, { workload, stage, wanted: 1 });
  if (refusal !== undefined) return refusal;
  const { state, hostname } = slot;
  const facts = { name: hostname, labels: state.labels, taints: state.taints };
  return allowedOnNode(stage.topology, facts, stage.strict) ? undefined : "topology";
}

function refusalOnClaim({ table }: Session, claim: Claim, { workload, stage }: Ask): Code | undefined {
  if (!toleratesAll(claim.pool.template.taints, stage.tolerations)) return "taint";
  if (conflictingPorts(claim.ports, workload.ports) !== undefined) return "host-port";
  const set = table.narrow(claim.set, stage.set);
  if (set < 0) return "requirements";
  if (!stage.volumeSets.some((volume) => table.narrow(set, volume) >= 0)) return "volumes";
  if (tryAdd(claim, { workload, stage, set: stage.set }, table) === undefined) return "resources";
  const facts = machineFacts(claim.pool.template, table.requirements(claim.set), claim.host);
  return allowedOnNode(stage.topology, facts, stage.strict) ? undefined : "topology";
}
