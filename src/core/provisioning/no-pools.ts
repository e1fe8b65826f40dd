import { type Condition, conditionTypes } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { isStaticPool, type PoolView } from "../cluster/views.ts";
import type { Reason } from "./plan.ts";

const mostNamed = 5;

/** Why no pool takes part (scheduling 1.7), with the cause of each that is there (operations 5.1), in order of name. */
export function noPoolsReason({ pools }: ClusterSnapshot): Reason {
  const names = pools.map(causeOf).sort();
  const told =
    names.length > mostNamed ? [...names.slice(0, mostNamed), `and ${names.length - mostNamed} more`] : names;
  return { layer: "pool", code: "none", text: ["no dynamic nodepools found", ...told].join("; ") };
}

function causeOf(view: PoolView): string {
  const name = `${view.key.kind.toLowerCase()} "${view.key.name}"`;
  if (view.pool.metadata.deletionTimestamp !== undefined) return `${name} is being deleted`;
  return `${name} ${isStaticPool(view) ? "is static" : readinessText(view.pool.status?.conditions ?? [])}`;
}

/** What the root condition sums up says more than the root. */
function readinessText(conditions: readonly Condition[]): string {
  const root = conditions.find(({ type }) => type === conditionTypes.ready);
  if (root?.status === "True") return "has no instance types";
  const faulty = conditions.find(({ type, status }) => type !== conditionTypes.ready && status === "False") ?? root;
  if (faulty === undefined) return "is not ready yet";
  const why = [`${faulty.type}=${faulty.status}`, faulty.reason, faulty.message].filter((text) => (text ?? "") !== "");
  return `is not ready (${why.join(", ")})`;
}
