import { isKubeFault } from "../../kube/index.ts";
import type { Clock, Random } from "../../platform/index.ts";

const attempts = 4;
const baseMilliseconds = 10;
const factor = 5;
const jitter = 0.1;

/** The "retry default backoff" of lifecycle 0.5: four attempts, any error but "not found", which gives undefined. */
export async function withRetries<T>(
  deps: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (isKubeFault(error, "NotFound")) return undefined;
      if (attempt === attempts) throw error;
    }
    const pause = baseMilliseconds * factor ** (attempt - 1) * (1 + jitter * deps.random.next());
    await deps.clock.sleep(pause, { signal });
  }
}
