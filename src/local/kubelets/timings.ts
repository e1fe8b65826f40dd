/** How long things take on a simulated machine, in milliseconds of the clock that the kubelets are given. */
export interface KubeletTimings {
  /** From launch of the instance to its Node object; each machine differs by up to a fifth. */
  readonly register: number;
  /** From the Node object to its Ready condition. */
  readonly ready: number;
  /** From binding to the first container, image pull included. */
  readonly start: number;
  /** For each init container. */
  readonly initContainer: number;
  /** Most that a pod takes to stop; its own grace period may be shorter. */
  readonly stop: number;
  /** Run time of a Job's pod that does not say how long it runs. */
  readonly jobRun: number;
  /**
   * Between two renewals of a node's lease. Infinite: no lease is renewed, and the node lifecycle controller of the same
   * process is told instead, so that time in which nothing happens costs nothing. Only where no other watches leases.
   */
  readonly leaseRenewal: number;
}

export const defaultTimings: KubeletTimings = Object.freeze({
  register: 2_500,
  ready: 1_000,
  start: 500,
  initContainer: 300,
  stop: 500,
  jobRun: 5_000,
  leaseRenewal: 10_000,
});

/** A lease older than this means that its kubelet has stopped (kubelet's `nodeLeaseDurationSeconds`). */
export const leaseDurationSeconds = 40;

/** Pod annotations that a stand-in kubelet obeys; values are whole numbers. */
export const podAnnotations = Object.freeze({
  /** The pod's containers end after this many seconds. */
  runSeconds: "karpenter-ts.dev/run-seconds",
  /** With which exit code they end, 0 by default. */
  exitCode: "karpenter-ts.dev/exit-code",
  /** How long they take to stop after SIGTERM; cut short by the grace period. */
  stopSeconds: "karpenter-ts.dev/stop-seconds",
});
