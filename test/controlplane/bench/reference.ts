/** What the reference needed for the same workloads on the same control plane, on two cores (spec: controlplane README). */
export interface PhaseFigures {
  /** Seconds: to all pods bound (a), to the last change of a node (b). */
  readonly seconds: number;
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
}

export interface ReferenceFigures {
  readonly a: PhaseFigures;
  readonly b: PhaseFigures;
}

const phase = (
  seconds: number,
  nodes: number,
  pricePerHour: number,
  cpuSeconds: number,
  peakRssMiB: number,
): PhaseFigures => ({ seconds, nodes, pricePerHour, cpuSeconds, peakRssMiB });

/** Karpenter core of 2026-08-20 with its kwok provider and kwok as kubelet; one run each. */
export const reference: Readonly<Record<string, ReferenceFigures>> = Object.freeze({
  single: { a: phase(17.3, 59, 25.63, 6.13, 165), b: phase(47, 18, 7.82, 6.41, 157) },
  small30: { a: phase(15.8, 45, 19.15, 5.05, 139), b: phase(96.9, 14, 5.67, 7.59, 166) },
  hostspread: { a: phase(72, 499, 78.34, 41.08, 413), b: phase(310.5, 152, 23.46, 79.23, 382) },
  wide: { a: phase(37.3, 171, 86.31, 14.68, 223), b: phase(739.1, 50, 22.4, 69.58, 225) },
  antiaffinity: { a: phase(269.5, 1000, 27.15, 153.21, 728), b: phase(83.4, 300, 8.14, 76.28, 653) },
});

/** Peak memory that is allowed where the reference needs less than this, MiB. */
const leastMemoryBar = 200;

/** What a run must not exceed: no later, no more CPU, no more memory than the reference (200 MiB on the small ones). */
export const barOf = (figures: PhaseFigures): PhaseFigures => ({
  ...figures,
  peakRssMiB: Math.max(figures.peakRssMiB, leastMemoryBar),
});
