import type { Clock } from "../../platform/index.ts";

/** Lets one loop sleep until somebody rings or a time comes. Rings while nobody sleeps are kept. */
export interface WakeUp {
  ring(): void;
  /** Resolves at the next ring, after `milliseconds` if given, or when aborted. */
  wait(signal: AbortSignal, milliseconds?: number): Promise<void>;
}

export function createWakeUp(clock: Clock): WakeUp {
  let isRinging = false;
  let sleeper: (() => void) | undefined;
  return {
    ring() {
      isRinging = true;
      sleeper?.();
    },
    wait(signal, milliseconds) {
      return new Promise((resolve) => {
        const cancel = milliseconds === undefined ? undefined : clock.after(milliseconds, () => wake());
        const wake = (): void => {
          cancel?.();
          signal.removeEventListener("abort", wake);
          sleeper = undefined;
          isRinging = false;
          resolve();
        };
        sleeper = wake;
        signal.addEventListener("abort", wake, { once: true });
        if (isRinging || signal.aborted) wake();
      });
    },
  };
}
