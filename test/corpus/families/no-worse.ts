/** The default plan beside the compatible one on a case that nobody recorded: valid, no pod less, no dollar more. */
import { provision } from "../../../src/core/index.ts";
import { verifyPlan } from "../../oracle/verify-plan.ts";
import { readCase, type RecordedCase } from "../read-case.ts";

const priceTolerance = 1e-7;

/** What is wrong with the default plan, in words; nothing where it is as it should be. */
export function faultsBeside(catalogues: string, recorded: RecordedCase): readonly string[] {
  const { snapshot, options } = readCase(catalogues, recorded);
  const ours = provision(snapshot, options);
  const faults = verifyPlan(snapshot, ours, options).map((fault) => `not valid: ${fault}`);
  const compatible = provision(snapshot, { ...options, policy: "compatible" });
  // The reference's own plan may break rules, and then it is no plan to be measured by (scheduling 11).
  if (verifyPlan(snapshot, compatible, options).length > 0) return faults;
  const leftThere = new Set(compatible.unplaced.map(({ pod }) => pod));
  const missing = ours.unplaced.flatMap(({ pod }) => (leftThere.has(pod) ? [] : [pod.metadata.name ?? ""]));
  if (missing.length > 0) return [...faults, `compatible places ${missing.join(", ")}`];
  const isAsMany = ours.unplaced.length === compatible.unplaced.length;
  const isDearer = isAsMany && ours.pricePerHour > compatible.pricePerHour + priceTolerance;
  return isDearer ? [...faults, `${ours.pricePerHour} $/h, compatible ${compatible.pricePerHour}`] : faults;
}
