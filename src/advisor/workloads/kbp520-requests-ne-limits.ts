import type { Container, QuantityText } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import { namespaceDefaults } from "../facts/limit-ranges.ts";
import { poolsFor } from "../facts/serving.ts";
import { containersOf, type Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { ValuePath } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const requestsNotLimits: Rule = {
  id: "KBP520",
  name: "requests-ne-limits",
  severity: "warning",
  requirements: ["R78", "R79"],
  needs: ["objects"],
  document: {
    what: "On a pool that consolidates, a container's limit of memory or another resource but cpu is missing or differs from its request.",
    why: "Consolidation packs by requests. When several pods use more at once the node runs out, and pods are killed.",
    fix: "Set requests equal to limits for everything but cpu.",
  },
  check(facts) {
    if (!facts.pools.some(({ consolidates }) => consolidates)) return undefined;
    return overWorkloads(facts, (workload) => {
      const pool = poolsFor(facts, workload).find((each) => each.consolidates);
      return pool === undefined ? undefined : differences(facts, workload, pool.title);
    });
  },
};

function differences(facts: Facts, workload: Workload, pool: string): readonly Problem[] {
  const defaults = namespaceDefaults(facts, workload.namespace);
  return containersOf(workload).flatMap(({ container, path }) => {
    const requests = { ...defaults.requests, ...container.resources?.requests };
    const limits = { ...defaults.limits, ...container.resources?.limits };
    return resourcesOf({ requests, limits })
      .filter((resource) => !equal(resource, requests[resource], limits[resource]))
      .map((resource) =>
        workloadProblem(workload, [...path, "resources"], {
          message: `${container.name} of ${titleOf(workload)}: ${resource} request ${requests[resource] ?? "none"}, limit ${limits[resource] ?? "none"}`,
          evidence: `it may run on ${pool}, which consolidates`,
          ...editOf(workload, [...path, "resources"], {
            resource,
            request: requests[resource],
            limit: limits[resource],
          }),
        }),
      );
  });
}

/** The larger of the two is what it may need; which one is right is somebody's to say. */
function editOf(
  { entry }: Workload,
  path: ValuePath,
  {
    resource,
    request,
    limit,
  }: {
    readonly resource: string;
    readonly request?: QuantityText | undefined;
    readonly limit?: QuantityText | undefined;
  },
): Pick<Problem, "edit"> {
  const value = limit ?? request;
  if (value === undefined) return {};
  const field = limit === undefined ? "limits" : "requests";
  return { edit: proposedEdit(entry, setValue([...path, field, resource], value)) };
}

type Amounts = NonNullable<Container["resources"]>;

/** Memory always; others where one of the two is set. */
const resourcesOf = ({ requests = {}, limits = {} }: Amounts): readonly string[] =>
  [...new Set(["memory", ...Object.keys(requests), ...Object.keys(limits)])]
    .filter((resource) => resource !== "cpu")
    .toSorted();

function equal(resource: string, request: string | number | undefined, limit: string | number | undefined): boolean {
  if (request === undefined || limit === undefined) return false;
  const [asked, most] = [parseAmount(resource, request), parseAmount(resource, limit)];
  return asked.ok && most.ok && asked.value === most.value;
}
