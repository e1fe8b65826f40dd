import type { Pod } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  findRemedies,
  isProvisionable,
  objectKey,
  type PlannedClaim,
  provision,
  type ProvisioningOptions,
  type ProvisioningPlan,
} from "../../core/index.ts";
import { perHour } from "../money.ts";
import type { ExplainReport } from "./report.ts";

/** Remedies that are shown; the first is the nearest. */
const mostRemedies = 3;

/** Where the pod is or would go, or which layers refuse it and what would change that. */
export function explainPod(snapshot: ClusterSnapshot, pod: Pod, options: ProvisioningOptions): ExplainReport {
  const base = { schema: "explain/1", object: `pod/${objectKey(pod)}`, reasons: [], remedies: [] } as const;
  const { nodeName = "" } = pod.spec;
  if (nodeName !== "") return { ...base, verdict: `it is on node ${nodeName}` };
  const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name);
  if (gates.length > 0) return gatedReport(base, { snapshot, pod, options }, gates);
  if (!isProvisionable(pod)) return { ...base, verdict: "it does not wait for a node" };
  const plan = provision(snapshot, options);
  return placedReport(base, plan, pod) ?? leftReport(base, { snapshot, plan, pod, options });
}

/** Whoever closed the gates opens them; what is told is whether that would be enough. */
function gatedReport(
  base: Base,
  { snapshot, pod, options }: { snapshot: ClusterSnapshot; pod: Pod; options: ProvisioningOptions },
  gates: readonly string[],
): ExplainReport {
  const names = gates.join(", ");
  const open = opened(pod);
  const pendingPods = snapshot.pendingPods.map((each) => (isSame(each, pod) ? open : each));
  const plan = provision({ ...snapshot, pendingPods }, options);
  const helps = !plan.unplaced.some((left) => isSame(left.pod, pod));
  const patch = { spec: { schedulingGates: null } };
  const remedy = {
    text: `open its scheduling gates: ${names}`,
    object: `Pod/${objectKey(pod)}`,
    patch,
    verified: true,
  };
  return {
    ...base,
    verdict: `it waits for its scheduling gates: ${names}`,
    reasons: [{ layer: "pod", code: "gated", text: `its scheduling gates are closed: ${names}` }],
    remedies: helps ? [remedy] : [],
  };
}

/** Without gates the scheduler looks at it, and finds no node. */
function opened(pod: Pod): Pod {
  const { schedulingGates: _, ...spec } = pod.spec;
  const conditions = [{ type: "PodScheduled", status: "False" as const, reason: "Unschedulable" }];
  return { ...pod, spec, status: { ...pod.status, phase: "Pending", conditions } };
}

type Base = Pick<ExplainReport, "schema" | "object" | "reasons" | "remedies">;

const isSame = (a: Pod, b: Pod): boolean => objectKey(a) === objectKey(b);

function placedReport(base: Base, plan: ProvisioningPlan, pod: Pod): ExplainReport | undefined {
  const nomination = plan.nominations.find((each) => isSame(each.pod, pod));
  if (nomination !== undefined) return { ...base, verdict: `it fits on node ${nomination.node}, which is there` };
  const claim = plan.claims.find(({ pods }) => pods.some((each) => isSame(each, pod)));
  return claim === undefined ? undefined : { ...base, verdict: machineText(claim), reasons: claim.reasons };
}

function machineText({ poolKey, cheapest, runnerUp, pods }: PlannedClaim): string {
  const { instanceType, zone, capacityType, price } = cheapest;
  const others = pods.length === 1 ? "alone" : `with ${pods.length - 1} more`;
  const next =
    runnerUp === undefined
      ? ""
      : `; next best would be ${runnerUp.instanceType} (${runnerUp.capacityType}, ${runnerUp.zone}) at ${perHour(runnerUp.price)}`;
  return `it would get a new ${instanceType} of ${poolKey.kind} ${poolKey.name} (${capacityType}, ${zone}, ${perHour(price)}), ${others}${next}`;
}

function leftReport(
  base: Base,
  {
    snapshot,
    plan,
    pod,
    options,
  }: {
    readonly snapshot: ClusterSnapshot;
    readonly plan: ProvisioningPlan;
    readonly pod: Pod;
    readonly options: ProvisioningOptions;
  },
): ExplainReport {
  const left = plan.unplaced.find((each) => isSame(each.pod, pod));
  const remedies: ExplainReport["remedies"][number][] = [];
  for (const { text, object, patch, verified } of findRemedies(snapshot, pod, options)) {
    remedies.push({ text, object, verified, ...(patch === undefined ? {} : { patch }) });
    if (remedies.length === mostRemedies) break;
  }
  return { ...base, verdict: "nothing has a place for it", reasons: left?.reasons ?? [], remedies };
}
