/**
 * One constraint over one label key (spec: scheduling 3.1). Immutable; operations return new values.
 * `complement` true means "everything but `values`"; bounds apply to integer values only and are inclusive.
 */
export interface Requirement {
  readonly key: string;
  readonly complement: boolean;
  readonly values: ReadonlySet<string>;
  readonly gte?: number;
  readonly lte?: number;
  readonly minValues?: number;
}

/** A conjunction: label key to requirement. A key that is absent is unconstrained (`Exists`). */
export type Requirements = ReadonlyMap<string, Requirement>;
