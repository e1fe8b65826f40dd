import type { ClaimView, EpochMillis } from "../core/index.ts";

/**
 * What a cloud announces about machines: the `message_type` and `reason` labels of the metrics (spec: lifecycle 5.3, 5.4).
 * A rebalance recommendation is advice; everything else takes the machine, or makes it useless.
 */
export type InterruptionKind =
  | "spot_interrupted"
  | "rebalance_recommendation"
  | "scheduled_change"
  | "instance_stopped"
  | "instance_terminated"
  | "capacity_reservation_interrupted"
  | "instance_status"
  | "system_status"
  | "event_status";

export interface InterruptionMessage {
  readonly kind: InterruptionKind;
  /** The cloud's own ids: the last part of a provider id (`i-0123` of `aws:///zone/i-0123`). */
  readonly instanceIds: readonly string[];
  /** When it happened, or was announced. */
  readonly time: EpochMillis;
}

/**
 * Where announcements come from: a queue, or polling. Each is handed out until it is settled, so that none is lost with
 * the process that received it.
 */
export interface InterruptionSource {
  /** Names the reconciler and its metrics, such as `interruption` or `instancestatus`. */
  readonly name: string;
  /** How long to wait before `receive` is asked again; 0 where it waits by itself, as a long poll does. */
  readonly pauseMilliseconds: number;
  /**
   * The next announcements; none is an answer too. What cannot be read or concerns nobody is settled inside. Rejects with a
   * `ProviderFault` when the source cannot be reached.
   */
  receive(options: { readonly signal: AbortSignal }): Promise<readonly InterruptionMessage[]>;
  /** Heeded: it need not come again. */
  settle(message: InterruptionMessage, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Tells the provider which claim an announcement met, also of one that is being deleted already, so that it can keep the
   * next launches away from that offering or reservation.
   */
  noteAffected(message: InterruptionMessage, claim: ClaimView): void;
}
