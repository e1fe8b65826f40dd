import type { Clock } from "./clock.ts";

/** `Clock.sleep` in terms of `Clock.after`; every clock of this room uses it, so that abort means the same in all. */
export function sleepOn(
  clock: Pick<Clock, "after">,
  milliseconds: number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(milliseconds, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
