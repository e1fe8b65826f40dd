import type { InterruptionKind } from "../../provider/index.ts";

/** How one kind of announcement is told and answered (spec: lifecycle 5.3, 5.4; operations 2.4). */
export interface Notice {
  readonly event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string };
  /**
   * `advice`: nothing is taken away. `drain`: the claim is deleted and its drain takes the time it needs. `within`: the
   * machine goes at a known time after the announcement, and the drain ends before that. `now`: the machine is useless.
   */
  readonly answer:
    | { readonly kind: "advice" }
    | { readonly kind: "drain" }
    | { readonly kind: "within"; readonly milliseconds: number }
    | { readonly kind: "now" };
}

const warning = (reason: string, message: string, answer: Notice["answer"]): Notice => ({
  event: { type: "Warning", reason, message },
  answer,
});

/** EC2 takes the machine two minutes after its notice. */
const twoMinutes = { kind: "within", milliseconds: 120_000 } as const;
const drain = { kind: "drain" } as const;
const now = { kind: "now" } as const;

export const notices: Readonly<Record<InterruptionKind, Notice>> = Object.freeze({
  spot_interrupted: warning("SpotInterrupted", "Spot interruption warning was triggered", twoMinutes),
  capacity_reservation_interrupted: warning(
    "CapacityReservationInstanceInterrupted",
    "The capacity reservation of the instance is taken back",
    twoMinutes,
  ),
  rebalance_recommendation: {
    event: {
      type: "Normal",
      reason: "SpotRebalanceRecommendation",
      message: "Spot rebalance recommendation was triggered",
    },
    answer: { kind: "advice" },
  },
  scheduled_change: warning("InstanceUnhealthy", "A scheduled change of the instance was announced", drain),
  event_status: warning("InstanceUnhealthy", "A scheduled event of the instance was announced", drain),
  instance_stopped: warning("InstanceStopping", "Instance is stopping", drain),
  instance_terminated: warning("InstanceTerminating", "Instance is terminating", drain),
  instance_status: warning("InstanceUnhealthy", "The status check of the instance fails", now),
  system_status: warning("InstanceUnhealthy", "The status check of the instance's host fails", now),
});
