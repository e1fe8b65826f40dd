import type { Taint } from "../../api/index.ts";

/** What topology asks of a node or a machine. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}
