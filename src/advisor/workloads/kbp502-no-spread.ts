import { labels, type WeightedPodAffinityTerm } from "../../api/index.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const noSpread: Rule = {
  id: "KBP502",
  name: "no-spread",
  severity: "warning",
  requirements: ["R59", "R60"],
  needs: ["objects"],
  document: {
    what: "A workload of several replicas has no spread over zones or nodes and no anti-affinity.",
    why: "All its pods may sit on one node, and go with it.",
    fix: "Add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname.",
  },
  check: (facts) =>
    overWorkloads(
      facts,
      (workload) =>
        (workload.replicas ?? 1) < 2 || isSpread(workload)
          ? undefined
          : workloadProblem(workload, workload.specPath, {
              message: `${titleOf(workload)} may sit on one node or in one zone`,
              evidence: `replicas: ${workload.replicas ?? 1}, no spread and no anti-affinity`,
              edit: proposedEdit(
                workload.entry,
                setValue(
                  [...workload.specPath, "topologySpreadConstraints"],
                  [
                    ...(workload.spec.topologySpreadConstraints ?? []),
                    ...places.map((topologyKey) => spreadOver(workload, topologyKey)),
                  ],
                ),
              ),
            }),
      ["Deployment", "StatefulSet"],
    ),
};

const places: readonly string[] = [labels.zone, labels.hostname];

const spreadOver = ({ labels: matchLabels }: Workload, topologyKey: string) => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: topologyKey === labels.zone ? "DoNotSchedule" : "ScheduleAnyway",
  labelSelector: { matchLabels },
});

function isSpread({ spec }: Workload): boolean {
  const anti = spec.affinity?.podAntiAffinity;
  const keys = [
    ...(spec.topologySpreadConstraints ?? []),
    ...(anti?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(anti?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(
      ({ podAffinityTerm }: Partial<WeightedPodAffinityTerm>) => podAffinityTerm ?? [],
    ),
  ].map(({ topologyKey }) => topologyKey);
  return keys.some((key) => places.includes(key));
}
