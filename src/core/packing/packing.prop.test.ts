import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMachines } from "./open-machines.ts";
import type { Machine, PackingProblem, Stock } from "./problem.ts";
import { computeResourcePrices } from "./resource-prices.ts";
import { packMachines } from "./search.ts";

const unlimited: Stock = { copy: () => unlimited, take: (_, most) => most, put: () => undefined };

const atMost = (count: number): Stock => {
  let left = count;
  return {
    copy: () => atMost(left),
    take(_, most) {
      const taken = Math.min(most, left);
      left -= taken;
      return taken;
    },
    put(_, count) {
      left += count;
    },
  };
};

function finish<T>(run: Generator<number, T>): T {
  for (;;) {
    const next = run.next();
    if (next.done === true) return next.value;
  }
}

const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })), {
  minLength: 1,
  maxLength: 4,
});
const rooms = fc.array(
  fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 8, max: 40 }), fc.integer({ min: 1, max: 50 })),
  { minLength: 1, maxLength: 5 },
);

const problems = fc
  .tuple(shapes, rooms, fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 4, maxLength: 4 }))
  .map(([needs, sizes, counts]) => {
    const machines: readonly Machine[] = sizes.map(([cpu, memory, price]) => ({
      room: Float64Array.of(cpu, memory),
      price: price / 10,
      members: Int32Array.from(needs.keys()),
      weights: Float64Array.of(1, 1),
    }));
    const problem: PackingProblem = {
      width: 2,
      shapes: Float64Array.from(needs.flat()),
      shapeOf: Int32Array.from(needs.keys()),
      values: Float64Array.from(needs, ([cpu, memory]) => cpu + memory),
      machines,
    };
    return { problem, wanted: Int32Array.from(needs, (_, i) => counts[i] ?? 0) };
  });

describe("a packing", () => {
  it("holds every item once, and no machine more than its room", () => {
    fc.assert(
      fc.property(problems, ({ problem, wanted }) => {
        const { openings, left, price } = finish(packMachines(problem, { wanted, stock: unlimited }));
        const placed = new Int32Array(wanted.length);
        for (const { machine, copies, filling } of openings) {
          const used = [0, 0];
          filling.items.forEach((item, i) => {
            placed[item] = (placed[item] ?? 0) + (filling.counts[i] ?? 0) * copies;
            for (const r of [0, 1])
              used[r] = (used[r] ?? 0) + (filling.counts[i] ?? 0) * (problem.shapes[item * 2 + r] ?? 0);
          });
          expect(used[0]).toBeLessThanOrEqual(problem.machines[machine]?.room[0] ?? 0);
          expect(used[1]).toBeLessThanOrEqual(problem.machines[machine]?.room[1] ?? 0);
        }
        expect([...placed]).toEqual([...wanted]);
        expect([...left].every((count) => count === 0)).toBe(true);
        expect(price).toBeCloseTo(
          openings.reduce((sum, { machine, copies }) => sum + copies * (problem.machines[machine]?.price ?? 0), 0),
          6,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("never costs more after the search than without it", () => {
    fc.assert(
      fc.property(problems, ({ problem, wanted }) => {
        const greedy = finish(openMachines(problem, { wanted, stock: unlimited }));
        const searched = finish(packMachines(problem, { wanted, stock: unlimited }));
        expect(searched.price).toBeLessThanOrEqual(greedy.price + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it("opens no more machines than there are", () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 0, max: 3 }), ({ problem, wanted }, most) => {
        const { openings } = finish(packMachines(problem, { wanted, stock: atMost(most) }));
        expect(openings.reduce((sum, { copies }) => sum + copies, 0)).toBeLessThanOrEqual(most);
      }),
      { numRuns: 200 },
    );
  });
});

describe("resource prices", () => {
  it("never make a machine worth more than it costs", () => {
    fc.assert(
      fc.property(
        rooms,
        fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })),
        (sizes, demand) => {
          const machines = {
            amounts: [Float64Array.from(sizes, ([cpu]) => cpu), Float64Array.from(sizes, ([, memory]) => memory)],
            prices: Float64Array.from(sizes, ([, , price]) => price),
          };
          const prices = computeResourcePrices(machines, Float64Array.from(demand));
          for (const [cpu, memory, price] of sizes) {
            expect((prices?.[0] ?? 0) * cpu + (prices?.[1] ?? 0) * memory).toBeLessThanOrEqual(price * (1 + 1e-6));
          }
        },
      ),
    );
  });

  it("are those of the only machine, shared by how scarce its resources are", () => {
    const machines = { amounts: [Float64Array.of(4), Float64Array.of(8)], prices: Float64Array.of(1) };
    const [cpu = 0, memory = 0] = computeResourcePrices(machines, Float64Array.of(100, 100)) ?? [];
    expect([cpu * 4 + memory * 8, cpu > memory]).toEqual([expect.closeTo(1, 6), true]);
  });

  it("do not exist for what no machine has", () => {
    const machines = { amounts: [Float64Array.of(4), Float64Array.of(0)], prices: Float64Array.of(1) };
    expect(computeResourcePrices(machines, Float64Array.of(1, 1))).toBeUndefined();
  });
});
