import { type Clock, type Logger, runEvery } from "../platform/index.ts";
import type { AwsParts } from "./parts.ts";

/** A loop for the operator's lifecycle; it ends when its signal aborts. */
export interface BackgroundLoop {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

const minute = 60_000;
/** A failed look-up is repeated this soon instead of a whole period later. */
const retryMilliseconds = 30_000;

/** What goes on beside reconciling: types and prices grow old, launch templates end (spec: aws 7.1, 1.4). */
export function createBackgroundLoops(deps: {
  readonly parts: AwsParts;
  readonly clock: Clock;
  readonly log: Logger;
}): readonly BackgroundLoop[] {
  const { parts, clock, log } = deps;
  const { instanceTypesRefreshMilliseconds, pricingRefreshMilliseconds } = parts.options;
  const repeat = (
    name: string,
    milliseconds: number,
    work: (signal: AbortSignal) => Promise<unknown>,
    delayFirst = false,
  ): BackgroundLoop => ({
    name,
    run: (signal) =>
      runEvery(
        { clock, milliseconds, delayFirst },
        async (stop) => {
          try {
            await work(stop);
            return milliseconds;
          } catch (error) {
            stop.throwIfAborted();
            // Old types and prices go on serving; provisioning never waits for them.
            log.error("background refresh failed", { controller: name, error });
            return Math.min(milliseconds, retryMilliseconds);
          }
        },
        signal,
      ),
  });
  return [
    // The start has just asked: without types there would be no loop.
    repeat(
      "providers.instancetype",
      instanceTypesRefreshMilliseconds,
      (signal) => parts.discovery.refresh({ signal }),
      true,
    ),
    repeat("providers.pricing", pricingRefreshMilliseconds, (signal) => parts.prices.refresh({ signal })),
    repeat("providers.pricing.isolation", minute, (signal) => parts.prices.catchUp({ signal }), true),
    repeat("providers.launchtemplate", minute, (signal) => parts.templates.sweep({ signal })),
  ];
}
