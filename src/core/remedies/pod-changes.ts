/** Single changes of a pod that might let it in, nearest first. */
import type { NodeSelectorRequirement, Pod, PodAffinityTerm, PodSpec, Toleration } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { tolerationError } from "../pods/tolerations.ts";
import { requiredTerms } from "../requirements/pod-requirements.ts";
import { type Attempt, podObject, type RemedyKind, withPodSpec } from "./remedy.ts";

export function podAttempts(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  const attempt = (kind: RemedyKind, text: string, spec: PodSpec, patch?: Attempt["remedy"]["patch"]): Attempt => ({
    remedy: { kind, text, object: podObject(pod), ...(patch === undefined ? {} : { patch }) },
    snapshot: withPodSpec(snapshot, pod, spec),
  });
  return [
    ...tolerationChanges(snapshot, pod, attempt),
    ...selectorChanges(pod, attempt),
    ...requirementChanges(pod, attempt),
    ...spreadChanges(pod, attempt),
    ...companyChanges(pod, attempt),
    ...portChanges(pod, attempt),
  ];
}

type Make = (kind: RemedyKind, text: string, spec: PodSpec, patch?: Attempt["remedy"]["patch"]) => Attempt;

/** For each pool the tolerations that its taints lack. */
function tolerationChanges({ pools }: ClusterSnapshot, { spec }: Pod, make: Make): readonly Attempt[] {
  return pools.flatMap(({ key, pool }) => {
    const missing = (pool.spec.template.spec.taints ?? []).filter(
      (taint) => tolerationError([taint], spec.tolerations ?? []) !== undefined,
    );
    if (missing.length === 0) return [];
    const added = missing.map(
      ({ key: name, value, effect }): Toleration =>
        value === undefined || value === ""
          ? { key: name, operator: "Exists", effect }
          : { key: name, operator: "Equal", value, effect },
    );
    const tolerations = [...(spec.tolerations ?? []), ...added];
    const names = missing.map(({ key: name }) => name).join(", ");
    const text = `tolerate ${names}, which ${key.kind} ${key.name} taints its nodes with`;
    return [make("add-toleration", text, { ...spec, tolerations }, { spec: { tolerations } })];
  });
}

function selectorChanges({ spec }: Pod, make: Make): readonly Attempt[] {
  return Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => {
    const { [key]: _, ...nodeSelector } = spec.nodeSelector ?? {};
    const patch = { spec: { nodeSelector: { [key]: null } } };
    return make("drop-selector", `drop ${key}=${value} from the node selector`, { ...spec, nodeSelector }, patch);
  });
}

/** One expression of a required term at a time. */
function requirementChanges({ spec }: Pod, make: Make): readonly Attempt[] {
  return requiredTerms({ spec }).flatMap((term, at) =>
    (term.matchExpressions ?? []).map((expression, which) => {
      const matchExpressions = (term.matchExpressions ?? []).filter((_, i) => i !== which);
      const nodeSelectorTerms = requiredTerms({ spec }).map((each, i) =>
        i === at ? { ...each, matchExpressions } : each,
      );
      const nodeAffinity = {
        ...spec.affinity?.nodeAffinity,
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
      };
      const affinity = { ...spec.affinity, nodeAffinity };
      const text = `drop ${expressionText(expression)} from required node affinity term ${at + 1}`;
      return make("drop-requirement", text, { ...spec, affinity }, { spec: { affinity } });
    }),
  );
}

const expressionText = ({ key, operator, values = [] }: NodeSelectorRequirement): string =>
  values.length === 0 ? `${key} ${operator}` : `${key} ${operator} [${values.join(" ")}]`;

function spreadChanges({ spec }: Pod, make: Make): readonly Attempt[] {
  const constraints = spec.topologySpreadConstraints ?? [];
  return constraints.flatMap((constraint, at) => {
    if (constraint.whenUnsatisfiable !== "DoNotSchedule") return [];
    const topologySpreadConstraints = constraints.map((each, i) =>
      i === at ? { ...each, whenUnsatisfiable: "ScheduleAnyway" as const } : each,
    );
    const text = `let the spread over ${constraint.topologyKey} be ScheduleAnyway`;
    return [
      make("soften-spread", text, { ...spec, topologySpreadConstraints }, { spec: { topologySpreadConstraints } }),
    ];
  });
}

function companyChanges({ spec }: Pod, make: Make): readonly Attempt[] {
  return (["podAffinity", "podAntiAffinity"] as const).flatMap((side) => {
    const terms: readonly PodAffinityTerm[] =
      spec.affinity?.[side]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map(({ topologyKey }, at) => {
      const kept = terms.filter((_, i) => i !== at);
      const own = { ...spec.affinity?.[side], requiredDuringSchedulingIgnoredDuringExecution: kept };
      const affinity = { ...spec.affinity, [side]: own };
      const name = side === "podAffinity" ? "pod affinity" : "pod anti-affinity";
      const text = `drop the required ${name} over ${topologyKey} (term ${at + 1})`;
      return make("drop-affinity", text, { ...spec, affinity }, { spec: { affinity } });
    });
  });
}

function portChanges({ spec }: Pod, make: Make): readonly Attempt[] {
  const isHostPort = ({ hostPort = 0 }: { readonly hostPort?: number }): boolean => hostPort > 0;
  if (!spec.containers.some(({ ports = [] }) => ports.some(isHostPort))) return [];
  const containers = spec.containers.map((container) =>
    container.ports === undefined
      ? container
      : { ...container, ports: container.ports.filter((port) => !isHostPort(port)) },
  );
  return [make("drop-host-port", "do without host ports", { ...spec, containers })];
}
