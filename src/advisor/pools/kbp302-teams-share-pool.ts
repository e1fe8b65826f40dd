import { labels } from "../../api/index.ts";
import { hasValue } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { workloadsOf } from "../facts/serving.ts";
import { acceleratorsIn } from "../facts/types.ts";
import type { Workload } from "../facts/workloads.ts";
import { overPools, poolProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";

/** Labels of workloads that name a team; without one its namespace does. */
const teamKeys: readonly string[] = ["team", "owner", "app.kubernetes.io/team", "billing-team"];

export const teamsSharePool: Rule = {
  id: "KBP302",
  name: "teams-share-pool",
  severity: "info",
  requirements: ["R5", "R42"],
  needs: ["objects"],
  document: {
    what: "One pool without isolation serves workloads of several teams (label team, owner or billing-team, else the namespace) that need different nodes: operating system, architecture or accelerator.",
    why: "What one team needs of the pool bounds the other, and its limit and budget are shared.",
    fix: "One pool for each need, kept apart by a taint or a label.",
  },
  check: (facts) => overPools(facts, (pool) => judge(facts, pool)),
};

function judge(facts: Facts, pool: Pool): Problem | undefined {
  if (isIsolated(pool)) return undefined;
  const needs = new Map<string, { readonly team: string; readonly workload: Workload }>();
  for (const workload of workloadsOf(facts, pool)) {
    const need = needOf(workload);
    if (need !== "" && !needs.has(need)) needs.set(need, { team: teamOf(workload), workload });
  }
  const teams = new Set([...needs.values()].map(({ team }) => team));
  if (needs.size < 2 || teams.size < 2) return undefined;
  const told = [...needs].map(([need, { team, workload }]) => `${team} (${workload.name}): ${need}`);
  return poolProblem(pool, [], {
    message: `Teams ${[...teams].toSorted().join(", ")} with different needs share ${pool.title}`,
    evidence: told.toSorted().join("; "),
  });
}

const isIsolated = ({ taints, labels: own }: Pool): boolean =>
  taints.some(({ effect }) => effect !== "PreferNoSchedule") || Object.keys(own).some((key) => teamKeys.includes(key));

function teamOf({ entry, labels: podLabels, namespace }: Workload): string {
  const own = { ...entry.object.metadata.labels, ...podLabels };
  const key = teamKeys.find((each) => own[each] !== undefined);
  return key === undefined ? namespace : (own[key] ?? namespace);
}

const systems = ["linux", "windows"];
const architectures = ["amd64", "arm64"];

/** Only what it insists on; a workload that runs anywhere conflicts with nobody. */
function needOf({ alternatives, requests }: Workload): string {
  const only = (key: string, values: readonly string[]): readonly string[] => {
    const allowed = values.filter((value) =>
      alternatives.some((wanted) => {
        const requirement = wanted.get(key);
        return requirement === undefined || hasValue(requirement, value);
      }),
    );
    return allowed.length === 1 ? allowed : [];
  };
  return [...only(labels.os, systems), ...only(labels.arch, architectures), ...acceleratorsIn(requests)].join(" ");
}
