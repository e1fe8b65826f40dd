import type { Clock } from "./clock.ts";

/** Gives the thread back when a slice is used up, so that nothing holds it for 50 ms (house rule R8). */
export interface Pacer {
  /** Undefined while the slice lasts (no await needed), else a promise to await. */
  breathe(): Promise<void> | undefined;
}

export function createPacer(options: { readonly clock: Clock; readonly sliceMilliseconds?: number }): Pacer {
  const { clock, sliceMilliseconds = 8 } = options;
  let sliceEnd = clock.monotonic() + sliceMilliseconds;
  const rest = async (): Promise<void> => {
    await clock.yield();
    sliceEnd = clock.monotonic() + sliceMilliseconds;
  };
  return Object.freeze({ breathe: () => (clock.monotonic() < sliceEnd ? undefined : rest()) });
}
