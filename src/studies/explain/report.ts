/** What `explain` prints, as values (product 4.2). */
export interface ExplainReason {
  readonly layer: string;
  readonly code: string;
  readonly object?: string;
  readonly text: string;
  readonly count?: number;
}

export interface ExplainRemedy {
  readonly text: string;
  readonly object: string;
  /** A merge patch of the object, where it has one. */
  readonly patch?: Readonly<Record<string, unknown>>;
  /** The engine, run again with it, gives another answer. */
  readonly verified: boolean;
}

export interface ExplainReport {
  readonly schema: "explain/1";
  readonly object: string;
  readonly verdict: string;
  readonly reasons: readonly ExplainReason[];
  readonly remedies: readonly ExplainRemedy[];
  /** USD: what the object costs as long as things stay as they are. */
  readonly costPerMonth?: number;
}

export type ExplainFailure =
  | { readonly kind: "not-found" | "not-explainable"; readonly message: string }
  | { readonly kind: "unreadable-budget"; readonly message: string };
