import { describe, expect, test } from "vitest";
import type { ProviderFactory } from "../../src/operator/index.ts";
import { createCalmClock } from "./invariants/calm-clock.ts";
import { createOverdue } from "./invariants/overdue.ts";
import { drawScenario, faultKinds } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

/** An hour with every kind of fault in it. */
const anHour = 1 / 24;

/** A controller that forgets each third machine as soon as it has been launched: no claim learns of it, nobody ends it. */
const forgetful: (wrapped: ProviderFactory) => ProviderFactory = (wrapped) => (context) => {
  const wiring = wrapped(context);
  let launches = 0;
  const forgotten = new Set<string>();
  return {
    ...wiring,
    collector: { terminateUnowned: () => Promise.resolve() },
    provider: {
      ...wiring.provider,
      create: async (claim, options) => {
        const launched = await wiring.provider.create(claim, options);
        launches += 1;
        if (!launched.ok || launches % 3 !== 0) return launched;
        forgotten.add(launched.value.providerId);
        throw new Error("the answer was forgotten");
      },
      list: async (options) =>
        (await wiring.provider.list(options)).filter(({ providerId }) => !forgotten.has(providerId)),
    },
  };
};

/** A machine that is busy with other things takes its time. */
const timeout = 120_000;

describe("a simulated hour", { timeout }, () => {
  test("holds every invariant under every kind of fault, and is the same when lived again", async () => {
    const scenario = drawScenario(5, anHour, { deployments: 10 });
    const first = await simulate(scenario);
    expect(first.violations).toEqual([]);
    expect(first.launched).toBeGreaterThan(10);
    expect(first.terminated).toBe(first.launched);
    expect(first.restarts).toBeGreaterThanOrEqual(2);
    expect(faultKinds.filter((kind) => first.faults[kind] === 0)).toEqual([]);
    expect((await simulate(scenario)).historyHash).toBe(first.historyHash);
  });

  test("is another one for another seed", async () => {
    const [first, second] = [1, 2].map((seed) => drawScenario(seed, 1 / 96, { deployments: 2 }));
    if (first === undefined || second === undefined) throw new Error("two scenarios were drawn");
    expect((await simulate(second)).historyHash).not.toBe((await simulate(first)).historyHash);
  });

  test("catches a controller that forgets machines, and blames no fault for it", async () => {
    const scenario = drawScenario(5, anHour);
    const broken = { wrapProvider: forgetful };
    const outcome = await simulate(scenario, { ...broken, stopAt: () => true });
    const [violation] = outcome.violations;
    expect(violation?.kind).toMatch(/^(double-launch|orphan)$/);
    if (violation === undefined) return;
    const trace = await shrink(scenario, violation, { ...broken, mostRuns: 2 });
    expect(trace.faults).toEqual([]);
    expect(trace.violation.kind).toBe(violation.kind);
  });
});

describe("a bound", () => {
  const rig = (boundMilliseconds: number) => {
    const clock = { time: 0, monotonic: () => clock.time };
    const calm = createCalmClock(clock);
    const reported: string[] = [];
    const overdue = createOverdue({ kind: "late", boundMilliseconds, calm, report: (_, key) => reported.push(key) });
    const at = (time: number): readonly string[] => {
      clock.time = time;
      overdue.check();
      return [...reported];
    };
    return { calm, overdue, at };
  };

  test("is kept up to its last millisecond and reported once after it", () => {
    const { overdue, at } = rig(100);
    overdue.set("a", true);
    expect([at(100), at(101), at(500)]).toEqual([[], ["a"], ["a"]]);
  });

  test("begins anew when the state ended in between", () => {
    const { overdue, at } = rig(100);
    overdue.set("a", true);
    at(90);
    overdue.set("a", false);
    overdue.set("a", true);
    expect([at(190), at(191)]).toEqual([[], ["a"]]);
  });

  test("counts calm time only, overlapping disturbances once", () => {
    const { calm, overdue, at } = rig(100);
    overdue.set("a", true);
    at(50);
    calm.disturb(200);
    at(100);
    calm.disturb(200);
    expect([at(299), at(350), at(351)]).toEqual([[], [], ["a"]]);
  });
});
