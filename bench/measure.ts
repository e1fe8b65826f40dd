import { createHash } from "node:crypto";
import { type ClusterSnapshot, type ProvisioningOptions, type ProvisioningPlan, provision } from "../src/core/index.ts";
import { verifyPlan } from "../test/oracle/verify-plan.ts";
import type { BenchInput, Figures } from "./cases/case.ts";

/** One plan for one snapshot: the timer runs from parsed API objects to the plan with its reasons. */
export function measurePlan(make: () => BenchInput): Figures {
  const { snapshot, options } = make();
  const inputHash = hashOf(snapshot.pendingPods);
  const start = performance.now();
  const plan = provision(snapshot, options);
  const seconds = secondsSince(start);
  const peakRssMiB = peakMemory();
  judge(snapshot, plan, options);
  return {
    seconds,
    pods: snapshot.pendingPods.length,
    placed: snapshot.pendingPods.length - plan.unplaced.length,
    nodes: plan.claims.length,
    pricePerHour: plan.pricePerHour,
    inputHash,
    peakRssMiB,
  };
}

export function judge(snapshot: ClusterSnapshot, plan: ProvisioningPlan, options: ProvisioningOptions): void {
  const faults = verifyPlan(snapshot, plan, options);
  if (faults.length > 0) throw new Error(`the plan is wrong: ${faults.slice(0, 5).join("; ")}`);
}

export const hashOf = (input: unknown): string =>
  createHash("sha256").update(JSON.stringify(input)).digest("hex").slice(0, 16);

export const secondsSince = (start: number): number => (performance.now() - start) / 1000;

export const peakMemory = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
