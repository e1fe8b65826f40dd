/** Sizes of volumes: Kubernetes quantities in bytes (spec: v1alpha5 2.2). */

const factors: Readonly<Record<string, number>> = Object.freeze({
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
});

/** Bytes of a quantity; undefined when it is none. */
export function volumeBytes(size: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kMGTP]i?|Ki)?$/.exec(String(size));
  const factor = match === null ? undefined : factors[match[2] ?? ""];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

/** EC2 counts in whole GiB: rounded up. */
export function volumeGibibytes(size: string | number): string {
  const bytes = volumeBytes(size);
  return bytes === undefined ? String(size) : `${Math.ceil(bytes / 2 ** 30)}Gi`;
}
