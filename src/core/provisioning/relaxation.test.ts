import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../api/index.ts";
import { companyOf, pod, spreadOver } from "../../../test/builders/pods.ts";
import { relaxPod } from "./relaxation.ts";

const everything = { preferences: true, preferNoSchedule: true };
const term = (value: string) => ({ matchExpressions: [{ key: "team", operator: "In" as const, values: [value] }] });
const company = (weight: number) => ({ weight, podAffinityTerm: companyOf("zone", `app-${weight}`) });

const demanding: Partial<PodSpec> = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term("a"), term("b")] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: term("c") }],
    },
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [company(1), company(50)] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [company(7)] },
  },
  topologySpreadConstraints: [
    spreadOver("zone", "first"),
    { ...spreadOver("zone", "second"), whenUnsatisfiable: "ScheduleAnyway" },
    spreadOver("zone", "third"),
  ],
};

function steps(start: Pod, rules = everything): readonly Pod[] {
  const pods: Pod[] = [];
  for (let next = relaxPod(start, rules); next !== undefined; next = relaxPod(next, rules)) pods.push(next);
  return pods;
}

const weightsOf = ({ spec }: Pod) => ({
  required: spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.length,
  affinity: spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(({ weight }) => weight),
  anti: spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(({ weight }) => weight),
  preferred: spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(({ weight }) => weight),
  spread: spec.topologySpreadConstraints?.length,
  tolerations: spec.tolerations?.length ?? 0,
});

describe("relaxation", () => {
  it("drops one demand at a time, in upstream's order, the heaviest first", () => {
    expect(steps(pod("web", { spec: demanding })).map(weightsOf)).toEqual([
      { required: 1, affinity: [1, 50], anti: [7], preferred: [5], spread: 3, tolerations: 0 },
      { required: 1, affinity: [1], anti: [7], preferred: [5], spread: 3, tolerations: 0 },
      { required: 1, affinity: [], anti: [7], preferred: [5], spread: 3, tolerations: 0 },
      { required: 1, affinity: [], anti: [], preferred: [5], spread: 3, tolerations: 0 },
      { required: 1, affinity: [], anti: [], preferred: [], spread: 3, tolerations: 0 },
      { required: 1, affinity: [], anti: [], preferred: [], spread: 2, tolerations: 0 },
      { required: 1, affinity: [], anti: [], preferred: [], spread: 2, tolerations: 1 },
    ]);
  });

  it("never changes the pod that it was given", () => {
    const start = pod("web", { spec: demanding });
    const before = JSON.stringify(start);
    steps(start);
    expect(JSON.stringify(start)).toBe(before);
  });

  it("leaves preferences alone where they are not in force", () => {
    expect(
      steps(pod("web", { spec: demanding }), { preferences: false, preferNoSchedule: true }).map(weightsOf),
    ).toEqual([
      { required: 1, affinity: [1, 50], anti: [7], preferred: [5], spread: 3, tolerations: 0 },
      { required: 1, affinity: [1, 50], anti: [7], preferred: [5], spread: 3, tolerations: 1 },
    ]);
  });

  it("has nothing to drop from a plain pod", () => {
    expect(relaxPod(pod("web"), { preferences: true, preferNoSchedule: false })).toBeUndefined();
  });
});
