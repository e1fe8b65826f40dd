/** Seeded generator of the benches (sfc32): the same seed gives the same input on every machine. */
export interface Draws {
  /** Uniform integer from 0 up to, not including, `below`. */
  integer(below: number): number;
  pick<T>(values: readonly T[]): T;
}

export function drawsOf(seed: number): Draws {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed ^ 0xdeadbeef];
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  const integer = (below: number): number => Math.floor((next() / 4_294_967_296) * below);
  return {
    integer,
    pick(values) {
      const value = values[integer(values.length)];
      if (value === undefined) throw new Error("nothing to pick from: the list is empty");
      return value;
    },
  };
}
