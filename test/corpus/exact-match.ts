/** Whether a plan is the recorded decision: which pods share which machine, its price, and the text of every error. */
import type { ProvisioningPlan } from "../../src/core/index.ts";
import { planRecord } from "./plan-record.ts";
import type { RecordedDecision } from "./recorded-result.ts";

/** What differs, in words; empty when nothing does. */
export function exactDifferences(
  plan: ProvisioningPlan,
  recorded: RecordedDecision,
  /** The reference told every run the same; else only who is told something is compared. */
  sameErrorText = true,
): readonly string[] {
  const ours = planRecord(plan);
  const errorTexts = sameErrorText ? textsOf : podsOf;
  return [
    ...listDifferences("claim", ours.newNodeClaims.map(claimText), recorded.newNodeClaims.map(claimText)),
    ...listDifferences("node", (ours.existingNodes ?? []).map(nodeText), (recorded.existingNodes ?? []).map(nodeText)),
    ...listDifferences("error", errorTexts(ours.errors), errorTexts(recorded.errors)),
  ];
}

interface Claimlike {
  readonly nodePool: string;
  readonly pods: readonly string[];
  readonly cheapestPrice: number;
}

const claimText = ({ nodePool, pods, cheapestPrice }: Claimlike): string =>
  `${nodePool} at ${cheapestPrice.toFixed(6)} with ${pods.join(" ")}`;

const nodeText = ({ node, pods }: { readonly node: string; readonly pods: readonly string[] }): string =>
  `${node} with ${pods.join(" ")}`;

const podsOf = (errors: Readonly<Record<string, string>> = {}): readonly string[] => Object.keys(errors);

const textsOf = (errors: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries(errors).map(([pod, text]) => `${pod}: ${text.replace(/hostname-placeholder-(\d+|N)/g, "host")}`);

function listDifferences(what: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const [own, other] = [new Set(ours), new Set(theirs)];
  return [
    ...ours.filter((text) => !other.has(text)).map((text) => `${what} only here: ${text}`),
    ...theirs.filter((text) => !own.has(text)).map((text) => `${what} only in the recording: ${text}`),
  ];
}
