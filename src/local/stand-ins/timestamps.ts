import type { Timestamp } from "../../api/index.ts";

/** `metav1.Time`: whole seconds. */
export const timestampOf = (milliseconds: number): Timestamp =>
  `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** `metav1.MicroTime`: six digits. */
export const microTimestampOf = (milliseconds: number): Timestamp =>
  `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;

/** Milliseconds since the epoch; NaN for text that is no time, undefined for none. */
export const millisecondsOf = (timestamp: Timestamp | null | undefined): number | undefined =>
  timestamp === undefined || timestamp === null ? undefined : Date.parse(timestamp);
