/** Something that must never be so. */
export interface Violation {
  readonly kind: string;
  /** Milliseconds since the start of the run. */
  readonly at: number;
  readonly object: string;
  readonly text: string;
}

export type Report = (kind: string, object: string, text: string) => void;
