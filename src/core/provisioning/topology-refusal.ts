import { labels as labelKeys } from "../../api/index.ts";
import { hasValue, type Requirement, requirementIn, type Requirements } from "../requirements/requirement.ts";
import { requirementText } from "../requirements/requirement-text.ts";
import { requirementFor } from "../requirements/requirements.ts";
import type { TopologyGroup } from "../topology/groups.ts";
import { allowsDomain } from "../topology/topology.ts";
import type { Reason } from "./plan.ts";
import type { Stage } from "./workload.ts";

const shownCounts = 25;
const kindNames = {
  spread: "topology spread",
  affinity: "pod affinity",
  "anti-affinity": "pod anti-affinity",
} as const;

/** Why no domain that a new claim of these requirements could have will do, or undefined when one does (scheduling 5.5). */
export function topologyRefusal(stage: Stage, requirements: Requirements): Reason | undefined {
  for (const group of stage.topology.binding) {
    const node = nodeDomains(group, requirements);
    if (domainsOf(group, node).some((domain) => hasValue(node, domain) && admits(group, domain, stage))) continue;
    const pod = requirementFor(stage.strict, group.term.key);
    const text = `unsatisfiable topology constraint for ${kindNames[group.term.kind]}, key=${group.term.key} (counts = ${countsText(group)}, podDomains = ${requirementText(pod)}, nodeDomains = ${requirementText(node)}`;
    return { layer: "topology", code: group.inverse ? "repelled" : group.term.kind, text, count: group.counts.size };
  }
  return undefined;
}

function admits(group: TopologyGroup, domain: string, { topology: view, strict }: Stage): boolean {
  return allowsDomain(group, domain, { view, strict });
}

/** A new claim is a host of its own. */
const newHost = "hostname-placeholder-0000";

function nodeDomains({ term }: TopologyGroup, requirements: Requirements): Requirement {
  return term.key === labelKeys.hostname ? requirementIn(term.key, newHost) : requirementFor(requirements, term.key);
}

const domainsOf = ({ term, counts }: TopologyGroup, node: Requirement): readonly string[] =>
  term.key === labelKeys.hostname ? [...node.values] : [...counts.keys()];

function countsText({ counts }: TopologyGroup): string {
  const shown = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([domain, pods]) => `${domain}: ${pods}`);
  const rest = shown.length - shownCounts;
  const text = shown.slice(0, shownCounts).join(", ");
  return rest > 0 ? `${text} and ${rest} other(s)` : text;
}
