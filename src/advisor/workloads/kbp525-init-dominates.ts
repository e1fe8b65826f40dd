import { formatResource, parseAmount } from "../../core/index.ts";
import type { Container } from "../../api/index.ts";
import { containersOf } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";
import { withValue } from "../model/with-value.ts";

export const initDominates: Rule = {
  id: "KBP525",
  name: "init-dominates",
  severity: "info",
  requirements: ["R81"],
  needs: ["objects"],
  document: {
    what: "An init container asks for more than twice what all app containers ask for together.",
    why: "A pod counts as the larger of the two, for all of its life: the node is sized by work of the first minute.",
    fix: "Let the init container ask for less, or split its work off.",
  },
  check: (facts) =>
    overWorkloads(facts, (workload) => {
      const containers = containersOf(workload);
      const apps = containers.filter(({ init, container }) => !init || container.restartPolicy === "Always");
      return containers
        .filter(({ init, container }) => init && container.restartPolicy !== "Always")
        .flatMap(({ container, path }) => {
          const resource = ["cpu", "memory"].find((name) => {
            const sum = apps.reduce((total, app) => total + requestOf(app.container, name), 0);
            return sum > 0 && requestOf(container, name) > sum * facts.thresholds.initFactor;
          });
          if (resource === undefined) return [];
          const sum = apps.reduce((total, app) => total + requestOf(app.container, resource), 0);
          return workloadProblem(workload, [...path, "resources"], {
            whatIf: {
              kind: "objects",
              entry: workload.entry,
              object: withValue(
                workload.entry.object,
                [...path, "resources", "requests", resource],
                formatResource(resource, sum),
              ),
              subject: `init container ${container.name}`,
            },
            message: `Node size is driven by init container ${container.name} of ${titleOf(workload)}`,
            evidence: `${resource}: ${container.resources?.requests?.[resource] ?? ""}`,
          });
        });
    }),
};

function requestOf({ resources }: Container, name: string): number {
  const written = resources?.requests?.[name];
  const amount = written === undefined ? undefined : parseAmount(name, written);
  return amount?.ok === true ? amount.value : 0;
}
