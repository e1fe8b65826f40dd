import type { Clock, Logger, MetricsRegistry, Random } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import { Elector } from "./elector.ts";

export interface LeaderElectionOptions {
  /** A client with a limiter of its own: sharing the main one has lost leadership under load (spec: operations 3.6). */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** `<hostname>_<uuid>`. */
  readonly identity: string;
  readonly durations?: Partial<LeaseDurations>;
}

export interface LeaseDurations {
  readonly leaseMilliseconds: number;
  readonly renewDeadlineMilliseconds: number;
  readonly retryMilliseconds: number;
}

/** Duration 15 s, renew deadline 10 s, retry 2 s (spec: operations 3.6). */
export const defaultLeaseDurations: LeaseDurations = Object.freeze({
  leaseMilliseconds: 15_000,
  renewDeadlineMilliseconds: 10_000,
  retryMilliseconds: 2_000,
});

/**
 * How often a follower looks at the lease, give or take a fifth. More often than it is renewed: with the 2 to 4.4 s of other
 * electors a successor would start too late for 3 s after a clean stop and 17 s after a crash (spec: operations 9.2, 18).
 */
const lookMilliseconds = 700;
const lookJitter = 0.2;

/** Calls without an answer that a renewal may come upon, one after the other, before the deadline has passed. */
const callsToDeadline = 4;

/** The lease could not be renewed in time; the process must end, as another may lead now. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";
}

/**
 * Waits for the lease, then runs `lead` for as long as it can be renewed. On abort of `signal`, `lead` is given its own
 * abort, the lease is renewed until it has ended and then released, and the call resolves. When no renewal has worked
 * for the deadline, `lead` is aborted with `LeadershipLost` and the call rejects with it without waiting: the work must
 * not go on, whoever holds it up. A failure of `lead` releases the lease and rejects with that failure.
 */
export async function leadWithLease(
  options: LeaderElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const campaign = new Campaign(options);
  if (await campaign.acquire(signal)) await campaign.serve(lead, signal);
}

class Campaign {
  readonly #options: LeaderElectionOptions;
  readonly #durations: LeaseDurations;
  readonly #elector: Elector;
  readonly #log: Logger;
  readonly #setStatus: (leads: boolean) => void;
  #reported = "";

  constructor(options: LeaderElectionOptions) {
    const { metrics, lease, identity, clock, client } = options;
    this.#options = options;
    this.#durations = { ...defaultLeaseDurations, ...options.durations };
    this.#log = options.log.with({ lease: `${lease.namespace}/${lease.name}`, identity });
    const labels = { name: lease.name };
    const status = metrics.gauge({
      name: "leader_election_master_status",
      help: "Whether this process leads: 1 leader, 0 follower.",
      labels: ["name"],
    });
    const slow = metrics.counter({
      name: "leader_election_slowpath_total",
      help: "Renewals of the lease that had to read it first.",
      labels: ["name"],
    });
    slow.increment(labels, 0);
    this.#setStatus = (leads) => status.set(leads ? 1 : 0, labels);
    this.#setStatus(false);
    this.#elector = new Elector({
      client,
      clock,
      lease,
      identity,
      leaseSeconds: Math.ceil(this.#durations.leaseMilliseconds / 1000),
      callMilliseconds: this.#durations.renewDeadlineMilliseconds / callsToDeadline,
      onSlowPath: () => slow.increment(labels),
    });
  }

  /** Looks about each 0.7 s, and when the lease ends; false when aborted before it led. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(this.#durations.renewDeadlineMilliseconds, signal))
        return !signal.aborted || this.#give();
      this.#reportHolder();
      const look = lookMilliseconds * (1 - lookJitter + 2 * lookJitter * random.next());
      const { millisecondsLeft } = this.#elector;
      await untilSlept(clock, millisecondsLeft > 0 ? Math.min(look, millisecondsLeft) : look, signal);
    }
    return false;
  }

  async serve(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const work = new AbortController();
    const stop = (): void => work.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    this.#log.info("became leader");
    this.#setStatus(true);
    const ended = new AbortController();
    try {
      const working = lead(work.signal).finally(() => ended.abort(new Error("the work has ended")));
      const lost = this.#renewUntil(ended.signal).then(() => {
        if (ended.signal.aborted) return working;
        throw this.#lose(work);
      });
      // Whatever ends first tells the outcome; a late failure of work that was aborted is its abort.
      working.catch(() => undefined);
      await Promise.race([working, lost]);
    } catch (error) {
      if (!(error instanceof LeadershipLost)) await this.#give();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      ended.abort(new Error("the work has ended"));
      this.#setStatus(false);
    }
    await this.#give();
  }

  /** Resolves when `ended` aborts, or when no renewal has worked for the deadline. */
  async #renewUntil(ended: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { renewDeadlineMilliseconds, retryMilliseconds } = this.#durations;
    let renewedAt = clock.monotonic();
    while (!ended.aborted) {
      const deadline = renewedAt + renewDeadlineMilliseconds;
      await untilSlept(clock, Math.min(retryMilliseconds, Math.max(deadline - clock.monotonic(), 0)), ended);
      const left = deadline - clock.monotonic();
      if (ended.aborted || left <= 0) return;
      if (await this.#attempt(left, ended)) renewedAt = clock.monotonic();
      else if (!this.#elector.leads && this.#elector.holder !== "") return;
    }
  }

  #lose(work: AbortController): LeadershipLost {
    const { holder } = this.#elector;
    const error = new LeadershipLost(
      `the lease could not be renewed within ${this.#durations.renewDeadlineMilliseconds} ms; last seen holder: ${holder}`,
    );
    work.abort(error);
    this.#log.error("lost leadership", { holder });
    return error;
  }

  /** One try, for at most `milliseconds`; a fault is logged and counts as a no. */
  async #attempt(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.after(milliseconds, () =>
      timeout.abort(new Error("the lease call took too long")),
    );
    const limited = AbortSignal.any([signal, timeout.signal]);
    try {
      return await Promise.race([this.#elector.tryAcquireOrRenew(limited), rejectOnAbort(limited)]);
    } catch (error) {
      if (!signal.aborted) this.#log.debug("lease call failed", { error });
      return false;
    } finally {
      cancel();
    }
  }

  async #give(): Promise<false> {
    const { clock } = this.#options;
    const timeout = new AbortController();
    const cancel = clock.after(this.#durations.retryMilliseconds, () =>
      timeout.abort(new Error("release took too long")),
    );
    try {
      await this.#elector.release(timeout.signal);
      this.#log.info("released the lease");
    } catch (error) {
      this.#log.error("could not release the lease, a successor waits for its end", { error });
    } finally {
      cancel();
    }
    return false;
  }

  #reportHolder(): void {
    const { holder, isForeign } = this.#elector;
    if (holder === this.#reported) return;
    this.#reported = holder;
    this.#log.info("waiting for the lease", { holder });
    if (isForeign) {
      this.#log.warn("a controller of another make holds the lease; stop it, or this one stays a follower", { holder });
    }
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

async function untilSlept(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(milliseconds, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
