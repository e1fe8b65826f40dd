/** Chance as a port. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Integer in [0, bound). */
  integer(bound: number): number;
}

/** Identifiers as a port, so that replays are equal. */
export interface Ids {
  /** RFC 4122 text. */
  uuid(): string;
  /** Kubernetes name suffix: `length` characters (5 by default) of `bcdfghjklmnpqrstvwxz2456789`. */
  suffix(length?: number): string;
}
