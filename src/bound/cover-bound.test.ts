import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BoundMachine, BoundProblem } from "../core/index.ts";
import { coverBound } from "./cover-bound.ts";

const machine = (price: number, room: readonly number[], shapes: readonly number[], most = Infinity): BoundMachine => ({
  price,
  room,
  shapes,
  most,
});

describe("the bound of pods spread in fractions", () => {
  it("is a share of one machine where one is all there is", () => {
    const bound = coverBound({ shapes: [{ pods: 6, need: [1, 2] }], machines: [machine(2, [4, 16], [0])] });
    expect(bound).toBeCloseTo(3, 2);
  });

  it("puts pods of different needs together where that uses machines up", () => {
    const shapes = [
      { pods: 4, need: [3, 1] },
      { pods: 4, need: [1, 3] },
    ];
    expect(coverBound({ shapes, machines: [machine(1, [4, 4], [0, 1])] })).toBeCloseTo(4, 2);
  });

  it("counts whole pods, where a machine would hold fractions of more", () => {
    const bound = coverBound({ shapes: [{ pods: 10, need: [2] }], machines: [machine(1, [3.9], [0])] });
    expect(bound).toBeCloseTo(10, 2);
  });

  it("keeps pods to the machines that hold them", () => {
    const shapes = [
      { pods: 2, need: [1] },
      { pods: 2, need: [1] },
    ];
    expect(coverBound({ shapes, machines: [machine(1, [2], [0]), machine(3, [2], [1])] })).toBeCloseTo(4, 2);
  });

  it("takes nodes that exist for nothing, as far as they reach", () => {
    const shapes = [{ pods: 10, need: [1] }];
    const nodes = [machine(0, [3], [0], 1), machine(0, [3], [0], 1)];
    expect(coverBound({ shapes, machines: [machine(1, [2], [0]), ...nodes] })).toBeCloseTo(2, 2);
  });

  it("is nothing for pods that nodes hold, that need nothing, or that nothing holds", () => {
    expect(coverBound({ shapes: [{ pods: 2, need: [1] }], machines: [machine(0, [3], [0], 1)] })).toBeCloseTo(0, 6);
    expect(coverBound({ shapes: [{ pods: 2, need: [0] }], machines: [machine(1, [3], [0])] })).toBe(0);
    expect(coverBound({ shapes: [{ pods: 2, need: [1] }], machines: [] })).toBe(0);
  });

  it("is a bound after a single round, and gets no worse by more", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const bounds = [1, 2, 4, 300].map((rounds) => coverBound(problem, rounds));
        expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
        expect(bounds.at(-1)).toBeLessThanOrEqual(aloneCost(problem) * (1 + 1e-9));
      }),
    );
  });
});

const width = 3;
const amounts = (most: number) => fc.array(fc.integer({ min: 1, max: most }), { minLength: width, maxLength: width });

const problems: fc.Arbitrary<BoundProblem> = fc
  .record({
    shapes: fc.array(fc.record({ pods: fc.integer({ min: 1, max: 50 }), need: amounts(8) }), {
      minLength: 1,
      maxLength: 6,
    }),
    machines: fc.array(fc.record({ price: fc.integer({ min: 1, max: 40 }), room: amounts(64) }), { maxLength: 6 }),
  })
  .map(({ shapes, machines }) => ({
    shapes,
    machines: [...machines, { price: 50, room: [64, 64, 64] }].map(({ price, room }) => ({
      price,
      room,
      most: Infinity,
      shapes: shapes.flatMap(({ need }, shape) => (need.every((amount, r) => amount <= (room[r] ?? 0)) ? [shape] : [])),
    })),
  }));

/** Pods of each shape on machines of their own, of whichever kind is cheapest: one plan of whole pods on whole machines. */
const aloneCost = ({ shapes, machines }: BoundProblem): number =>
  shapes.reduce((sum, { pods, need }, shape) => {
    const costs = machines
      .filter((each) => each.shapes.includes(shape))
      .map(({ price, room }) => {
        const each = Math.min(...need.map((amount, r) => Math.floor((room[r] ?? 0) / amount)));
        return price * Math.ceil(pods / each);
      });
    return sum + Math.min(...costs);
  }, 0);
