import { labels } from "../../api/index.ts";
import { hasValue } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { workloadsOf } from "../facts/serving.ts";
import { acceleratorsIn } from "../facts/types.ts";
import type { Workload } from "../facts/workloads.ts";
import { overPools, poolProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const teamsSharePool: Rule = {
  id: "KBP302",
  name: "teams-share-pool",
  severity: "info",
  requirements: ["R5", "R42"],
  needs: ["objects"],
  document: {
    what: "One pool without isolation serves workloads of several teams (a label of teamLabels, by default team, owner, app.kubernetes.io/team or billing-team, of the workload or its namespace, else the namespace) whose needs of nodes exclude each other: operating system, architecture, accelerator or none, tolerated taints.",
    why: "What one team needs of the pool bounds the other, and its limit and budget are shared.",
    fix: "One pool for each need, kept apart by a taint or a label.",
  },
  check: (facts) => overPools(facts, (pool) => judge(facts, pool)),
};

interface Need {
  readonly team: string;
  readonly workload: Workload;
  readonly value: string;
}

function judge(facts: Facts, pool: Pool): Problem | undefined {
  if (isIsolated(facts, pool)) return undefined;
  const served = workloadsOf(facts, pool).map((workload) => ({ workload, team: teamOf(facts, workload) }));
  for (const { name, of } of dimensions) {
    const needs = served.flatMap(({ team, workload }): readonly Need[] => {
      const value = of(workload, pool);
      return value === undefined ? [] : [{ team, workload, value }];
    });
    const pair = conflictAmong(needs);
    if (pair === undefined) continue;
    return poolProblem(pool, [], {
      message: `Teams ${pair.map(({ team }) => team).join(", ")} with different needs share ${pool.title}`,
      evidence: `${name}: ${pair.map(needText).join("; ")}`,
    });
  }
  return undefined;
}

/** Two teams whose values exclude each other, in order of their names. */
function conflictAmong(needs: readonly Need[]): readonly Need[] | undefined {
  const byValue = [...Map.groupBy(needs, ({ value }) => value).values()];
  for (const [index, some] of byValue.entries()) {
    for (const others of byValue.slice(index + 1)) {
      const pair = pairOf(some, others);
      if (pair !== undefined) return pair.toSorted((a, b) => (a.team < b.team ? -1 : 1));
    }
  }
  return undefined;
}

function pairOf(some: readonly Need[], others: readonly Need[]): readonly Need[] | undefined {
  const [one, other] = [some[0], others[0]];
  if (one === undefined || other === undefined || includes(one, other) || includes(other, one)) return undefined;
  const against = others.find(({ team }) => team !== one.team);
  if (against !== undefined) return [one, against];
  const instead = some.find(({ team }) => team !== other.team);
  return instead === undefined ? undefined : [instead, other];
}

/** A toleration of a key takes every value of it. */
const includes = ({ value }: Need, other: Need): boolean => other.value.startsWith(`${value}=`);

const needText = ({ team, workload, value }: Need): string => `${team} (${workload.name}): ${value}`;

const isIsolated = ({ teamLabels }: Facts, { taints, labels: own }: Pool): boolean =>
  taints.some(({ effect }) => effect !== "PreferNoSchedule") ||
  Object.keys(own).some((key) => teamLabels.includes(key));

function teamOf(facts: Facts, { entry, labels: podLabels, namespace }: Workload): string {
  const own = { ...namespaceLabels(facts).get(namespace), ...entry.object.metadata.labels, ...podLabels };
  const key = facts.teamLabels.find((each) => own[each] !== undefined);
  return key === undefined ? namespace : (own[key] ?? namespace);
}

const namespaceLabels = (facts: Facts): ReadonlyMap<string, Readonly<Record<string, string>>> =>
  facts.remembered(facts, "labels of namespaces", () => {
    const namespaces = facts.objects.filter(({ object }) => object.kind === "Namespace");
    return new Map(namespaces.map(({ object: { metadata } }) => [metadata.name ?? "", metadata.labels ?? {}]));
  });

/** What a workload insists on; undefined where it runs anywhere, and so conflicts with nobody. */
const dimensions: readonly {
  readonly name: string;
  readonly of: (workload: Workload, pool: Pool) => string | undefined;
}[] = [
  { name: "operating system", of: (workload) => onlyOf(workload, labels.os, ["linux", "windows"]) },
  { name: "architecture", of: (workload) => onlyOf(workload, labels.arch, ["amd64", "arm64"]) },
  // Of machines without a catalogue nothing tells that a pod without accelerators would sit beside one.
  {
    name: "accelerator",
    of: ({ requests }, { isEc2 }) => acceleratorsIn(requests).join(" ") || (isEc2 ? "none" : undefined),
  },
  { name: "taints", of: toleratedTaints },
];

function onlyOf({ alternatives }: Workload, key: string, values: readonly string[]): string | undefined {
  const allowed = values.filter((value) =>
    alternatives.some((wanted) => {
      const requirement = wanted.get(key);
      return requirement === undefined || hasValue(requirement, value);
    }),
  );
  return allowed.length === 1 ? allowed[0] : undefined;
}

/** Taints of the team's own, which say that it expects nodes of its own; those of Kubernetes and of devices do not. */
function toleratedTaints({ spec: { tolerations = [] } }: Workload): string | undefined {
  const own = tolerations.flatMap(({ key = "", value = "", effect }) =>
    key === "" ||
    effect === "PreferNoSchedule" ||
    /kubernetes\.io\/|k8s\.io\/|^(?:nvidia|amd|aws\.amazon|habana)\./.test(key)
      ? []
      : [value === "" ? key : `${key}=${value}`],
  );
  return own.length === 0 ? undefined : [...new Set(own)].toSorted().join(" ");
}
