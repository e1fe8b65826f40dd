import { type Clock, createPacer } from "../../platform/index.ts";

/** Runs work that yields units to its end, in slices, so that leases are renewed and probes answered (house rule R8). */
export async function inSlices<T>(
  work: Generator<number, T>,
  run: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const pacer = createPacer({ clock: run.clock });
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    run.signal.throwIfAborted();
    await pacer.breathe();
  }
}
