/** Why pods were left, one reason for each pool, as it was at their last attempt: nothing has changed since (scheduling 4.2). */
import type { Reason } from "../provisioning/plan.ts";
import type { Pool } from "../provisioning/claim.ts";
import { instanceTypeRefusal, limitRefusal } from "../provisioning/refusals.ts";
import type { Stage, Workload } from "../provisioning/workload.ts";
import { keyText } from "../cluster/keys.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import { tolerationError } from "../pods/tolerations.ts";
import { compatibilityError } from "../requirements/compatible.ts";
import { requirementText } from "../requirements/requirement-text.ts";
import { chooseDomains, nodeDomainsOf, podDomainsOf, type TopologyAsk } from "./domain-choice.ts";
import { type Loop, memoOf } from "./loop.ts";
import type { LeftPod } from "./solve-compatible.ts";
import type { Group } from "./topology-groups.ts";

export const reservedReason: Reason = {
  layer: "instance-types",
  code: "reserved",
  text: "one or more instance types with compatible reserved offerings are available, but could not be reserved",
};

export function poolReason(loop: Loop, pool: Pool, left: Pick<LeftPod, "workload" | "stage">): Reason {
  const object = keyText(pool.template.view.key);
  const limited = limitRefusal(loop.session, pool, pool.template.name);
  if (limited !== undefined) return { ...limited, object };
  const taint = tolerationError(pool.template.taints, left.stage.tolerations);
  if (taint !== undefined) return { layer: "pool", code: "taint", text: taint, object };
  return { ...narrowingReason(loop, pool, left), object };
}

interface Ask {
  readonly workload: Workload;
  readonly stage: Stage;
}

function narrowingReason(loop: Loop, pool: Pool, ask: Ask): Reason {
  const { table, options } = loop.session;
  const { wellKnown } = options.labelRules;
  const clash = compatibilityError(pool.template.requirements, ask.stage.requirements, wellKnown);
  if (clash !== undefined) return { layer: "pool", code: "requirements", text: `incompatible requirements, ${clash}` };
  const own = table.narrow(pool.template.set, ask.stage.set);
  let last: Reason | undefined;
  for (const volume of ask.stage.volumeSets) {
    const other = compatibilityError(table.requirements(own), table.requirements(volume), wellKnown);
    last =
      other === undefined
        ? domainReason(loop, pool, { ...ask, set: table.narrow(own, volume) })
        : { layer: "volumes", code: "requirements", text: `incompatible volume requirements, ${other}` };
  }
  return last ?? domainReason(loop, pool, { ...ask, set: own });
}

function domainReason(loop: Loop, pool: Pool, ask: Ask & { readonly set: SetId }): Reason {
  const { session } = loop;
  const { table } = session;
  const { binding } = memoOf(loop, ask.stage);
  const topology: TopologyAsk = { pod: ask.stage.pod, strict: ask.stage.strict, binding };
  const candidate = { requirements: table.requirements(ask.set), host: newHost, taints: pool.template.taints };
  const choice = chooseDomains(topology, candidate);
  if (!choice.ok) return topologyReason(choice.group, topology, candidate);
  const clash = compatibilityError(candidate.requirements, choice.requirements, session.options.labelRules.wellKnown);
  if (clash !== undefined) return { layer: "topology", code: "contradiction", text: clash };
  const set = table.narrow(ask.set, table.intern(choice.requirements));
  return instanceTypeRefusal(session, pool, { ...ask, set });
}

const newHost = "hostname-placeholder-0000";
const shownCounts = 25;
const kindNames = {
  spread: "topology spread",
  affinity: "pod affinity",
  "anti-affinity": "pod anti-affinity",
} as const;

/** The parenthesis stays open, as in the reference's text. */
function topologyReason(group: Group, ask: TopologyAsk, candidate: Parameters<typeof nodeDomainsOf>[1]): Reason {
  const { kind, key } = group.term;
  const pod = requirementText(podDomainsOf(group, ask));
  const node = requirementText(nodeDomainsOf(group, candidate));
  return {
    layer: "topology",
    code: group.inverse ? "repelled" : kind,
    text: `unsatisfiable topology constraint for ${kindNames[kind]}, key=${key} (counts = ${countsText(group)}, podDomains = ${pod}, nodeDomains = ${node}`,
    count: group.domains.size,
  };
}

function countsText({ domains }: Group): string {
  const shown = [...domains].sort(([a], [b]) => (a < b ? -1 : 1)).map(([domain, pods]) => `${domain}: ${pods}`);
  const rest = shown.length - shownCounts;
  const text = shown.slice(0, shownCounts).join(", ");
  return rest > 0 ? `${text} and ${rest} other(s)` : text;
}
