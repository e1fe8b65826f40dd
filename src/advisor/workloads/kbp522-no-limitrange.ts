import type { KubeObject } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { freeName } from "../facts/free-name.ts";
import { namespaceDefaults } from "../facts/limit-ranges.ts";
import { containersOf, type Workload } from "../facts/workloads.ts";
import { overEach, titleOf } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const noLimitRange: Rule = {
  id: "KBP522",
  name: "no-limitrange",
  severity: "warning",
  requirements: ["R80"],
  needs: ["objects"],
  document: {
    what: "A namespace has workloads without requests and no LimitRange with defaultRequest.",
    why: "Whoever forgets the requests gets none, and takes what others have asked for.",
    fix: "Add a LimitRange of type Container with default and defaultRequest.",
  },
  check(facts) {
    const namespaces = new Map<string, Workload[]>();
    for (const workload of facts.workloads) {
      const known = namespaces.get(workload.namespace);
      if (known === undefined) namespaces.set(workload.namespace, [workload]);
      else known.push(workload);
    }
    return overEach([...namespaces], ([namespace, workloads]) => {
      if (Object.keys(namespaceDefaults(facts, namespace).requests).length > 0) return undefined;
      const [first, ...others] = workloads.filter(lacksRequests);
      if (first === undefined) return undefined;
      const object = facts.objects.find(
        (entry) => entry.object.kind === "Namespace" && entry.object.metadata.name === namespace,
      );
      return {
        place: placeOf(object ?? first.entry),
        message: `Namespace ${namespace} has no defaults`,
        evidence: `${titleOf(first)}${others.length === 0 ? "" : ` and ${others.length} more`} without requests`,
        edit: { safe: false, entry: first.entry, added: limitRange(facts, namespace) },
      };
    });
  },
};

/** Its figures are a guess. */
const limitRange = (facts: Facts, namespace: string): KubeObject & Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: freeName(facts, { kind: "LimitRange", namespace, name: "defaults" }), namespace },
  spec: {
    limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "256Mi" }, default: { memory: "256Mi" } }],
  },
});

const lacksRequests = (workload: Workload): boolean =>
  containersOf(workload).some(({ container, init }) => {
    const requests = { ...workload.spec.resources?.requests, ...container.resources?.requests };
    return !init && (requests["cpu"] === undefined || requests["memory"] === undefined);
  });
