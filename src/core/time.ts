declare const epochMillis: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z, the only form in which time enters the engine. */
export type EpochMillis = number & { readonly [epochMillis]: true };

export const epochMillisOf = (milliseconds: number): EpochMillis => milliseconds as EpochMillis;
