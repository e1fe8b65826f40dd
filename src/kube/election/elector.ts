import { type Lease, leaseType } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { microTime, ObservedLease } from "./lease-record.ts";

export interface ElectorOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly lease: { readonly namespace: string; readonly name: string };
  readonly identity: string;
  readonly leaseSeconds: number;
  /** Longest wait for one answer: what then comes next can take another connection while the lease still holds. */
  readonly callMilliseconds: number;
  /** Told each time a renewal could not take the fast way (one PUT of the lease as last written). */
  readonly onSlowPath: () => void;
}

/** Says who wrote the lease last as one of us: electors of other makes keep it as they found it. */
export const holderAnnotation = "karpenter-ts.dev/holder";

/** Takes, renews and releases one lease; every write is a PUT with the version that was seen. */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #observed: ObservedLease;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#observed = new ObservedLease(options.clock);
  }

  /** Who holds the lease, as last seen; empty for nobody. */
  get holder(): string {
    return this.#observed.holder;
  }

  /** Until the lease, as last seen, has ended; at least 0. */
  get millisecondsLeft(): number {
    return this.holder === "" ? 0 : Math.max(this.#observed.millisecondsLeft, 0);
  }

  /** Whether the holder, as last seen, is a controller of another make. */
  get isForeign(): boolean {
    const { holder, lease } = this.#observed;
    return holder !== "" && lease?.metadata.annotations?.[holderAnnotation] !== holder;
  }

  get leads(): boolean {
    return this.holder === this.#options.identity;
  }

  /** True when the lease is ours now, with a time that begins now. Faults of the server reject. */
  async tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { identity } = this.#options;
    if (this.leads && this.#observed.valid && (await this.#renewFast(signal))) return true;
    const current = await this.#read(signal);
    if (current === undefined) return this.#create(signal);
    this.#observed.see(current);
    if (this.#observed.valid && this.holder !== identity) return false;
    return this.#write(this.#claim(current), signal);
  }

  /** Lets a successor start at once: no holder, one second. Does nothing when the lease is not ours. */
  async release(signal: AbortSignal): Promise<void> {
    const lease = this.#observed.lease;
    if (lease === undefined || !this.leads) return;
    const now = microTime(this.#options.clock.now());
    const { leaseTransitions = 0 } = lease.spec ?? {};
    const spec = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions };
    await this.#write({ ...lease, spec }, signal);
  }

  async #renewFast(signal: AbortSignal): Promise<boolean> {
    const lease = this.#observed.lease;
    if (lease === undefined) return false;
    try {
      if (await this.#write(this.#claim(lease), signal)) return true;
    } catch (error) {
      if (!isKubeFault(error)) throw error;
    }
    this.#options.onSlowPath();
    return false;
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#options.client.get(leaseType, this.#options.lease, this.#bounded(signal));
    } catch (error) {
      if (isKubeFault(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #claim(current: Lease): Lease {
    const { identity, leaseSeconds, clock } = this.#options;
    const now = microTime(clock.now());
    const { holderIdentity = "", leaseTransitions = 0, acquireTime = now } = current.spec ?? {};
    const ours = holderIdentity === identity;
    const annotations = { ...current.metadata.annotations, [holderAnnotation]: identity };
    return {
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: leaseSeconds,
        acquireTime: ours ? acquireTime : now,
        renewTime: now,
        leaseTransitions: ours ? leaseTransitions : leaseTransitions + 1,
      },
    };
  }

  async #create(signal: AbortSignal): Promise<boolean> {
    const { client, lease } = this.#options;
    const { namespace, name } = lease;
    const blank: Lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { namespace, name } };
    const { metadata, spec } = this.#claim(blank);
    const first: Lease = { ...blank, metadata, spec: { ...spec, leaseTransitions: 0 } };
    return this.#stored(client.create(leaseType, first, this.#bounded(signal)));
  }

  #write(lease: Lease, signal: AbortSignal): Promise<boolean> {
    return this.#stored(this.#options.client.update(leaseType, lease, this.#bounded(signal)));
  }

  #bounded(signal: AbortSignal) {
    return { signal, timeoutMilliseconds: this.#options.callMilliseconds };
  }

  /** A lost race is a no; anything else that goes wrong is a fault. */
  async #stored(write: Promise<Lease>): Promise<boolean> {
    try {
      this.#observed.see(await write);
      return true;
    } catch (error) {
      if (isKubeFault(error, "Conflict") || isKubeFault(error, "AlreadyExists")) return false;
      throw error;
    }
  }
}
