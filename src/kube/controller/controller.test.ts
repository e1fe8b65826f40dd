import { describe, expect, it } from "vitest";
import { configMapType } from "../../api/index.ts";
import { KubeFault } from "../fault.ts";
import { createController, createInformerSet } from "../index.ts";
import { type ControllerOptions, TerminalError } from "../runtime.ts";
import { configMap, createRig } from "../testing/rig.ts";

type Reconcile = ControllerOptions["reconcile"];

function startController(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const rig = createRig();
  const runs: string[] = [];
  const controller = createController(rig, {
    name: "test",
    ...options,
    reconcile: (key, signal, context) => {
      runs.push(`${key}@${rig.clock.monotonic()}`);
      return reconcile(key, signal, context);
    },
  });
  const ended = controller.run(rig.signal);
  const count = (name: string, labels = {}) =>
    rig.metrics.value(`controller_runtime_${name}`, { controller: "test", ...labels });
  const end = async (): Promise<void> => {
    rig.stop.abort(new Error("stopped by the test"));
    await ended;
  };
  return { ...rig, controller, runs, count, end, ended };
}

/** Fails in the given ways, one after the other, then succeeds. */
const failing = (...errors: readonly unknown[]): Reconcile => {
  const left = [...errors];
  return async () => {
    if (left.length > 0) throw left.shift();
  };
};

describe("a controller", () => {
  it("reconciles what is enqueued, also from before it ran", async () => {
    const { controller, runs, clock, end, count } = startController(async () => undefined);
    controller.enqueue("a");
    controller.enqueue("b", { afterMilliseconds: 50 });
    await clock.advance(100);
    expect(runs).toEqual(["a@0", "b@50"]);
    expect(await count("reconcile_total", { result: "success" })).toBe(2);
    await end();
  });

  it("repeats after the time that a run asks for, and ends the backoff by that", async () => {
    const results = [{ requeue: true }, { requeueAfterMilliseconds: 1000 }, { requeue: true }, {}];
    const { controller, runs, clock, end } = startController(async () => results.shift());
    controller.enqueue("a");
    await clock.advance(5000);
    expect(runs).toEqual(["a@0", "a@5", "a@1005", "a@1010"]);
    await end();
  });

  it("lets the time win over the plain repeat", async () => {
    const results = [{ requeue: true, requeueAfterMilliseconds: 700 }];
    const { controller, runs, clock, end } = startController(async () => results.shift());
    controller.enqueue("a");
    await clock.advance(5000);
    expect(runs).toEqual(["a@0", "a@700"]);
    await end();
  });

  it("retries an error with backoff and logs it with the object", async () => {
    const run = startController(failing(new Error("no route"), new Error("no route")), { type: configMapType });
    run.controller.enqueue("default/a");
    await run.clock.advance(100);
    expect(run.runs).toEqual(["default/a@0", "default/a@5", "default/a@15"]);
    expect(run.log.lines[0]).toMatchObject({
      level: "error",
      message: "reconciler error",
      fields: {
        controller: "test",
        controllerKind: "ConfigMap",
        ConfigMap: { name: "a", namespace: "default" },
        namespace: "default",
        name: "a",
      },
    });
    expect(run.log.lines[0]?.fields["reconcileID"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(await run.count("reconcile_errors_total")).toBe(2);
    await run.end();
  });

  it("[ops 9.2.31] takes a conflict as a race: repeats without a word or an error", async () => {
    const conflict = new KubeFault("Conflict", "the object has been modified", { code: 409 });
    const { controller, runs, clock, log, count, end } = startController(failing(conflict, conflict, conflict));
    controller.enqueue("a");
    await clock.advance(1000);
    expect(runs).toHaveLength(4);
    expect(log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
    expect(await count("reconcile_errors_total")).toBe(0);
    expect(await count("reconcile_total", { result: "requeue" })).toBe(3);
    await end();
  });

  it("tries again within moments of a lost race, however patient it is with failures", async () => {
    const conflict = new KubeFault("Conflict", "the object has been modified", { code: 409 });
    const rateLimit = { baseMilliseconds: 1_000, maxMilliseconds: 60_000, qps: 10, burst: 100 };
    const { controller, runs, clock, end } = startController(failing(conflict, conflict, new Error("no")), {
      rateLimit,
    });
    controller.enqueue("a");
    await clock.advance(10_000);
    expect(runs).toEqual(["a@0", "a@50", "a@150", "a@4150"]);
    await end();
  });

  it("does not repeat a terminal error until the key comes again", async () => {
    const { controller, runs, clock, count, end } = startController(failing(new TerminalError("spec is invalid")));
    controller.enqueue("a");
    await clock.advance(1_000_000);
    expect(runs).toEqual(["a@0"]);
    controller.enqueue("a");
    await clock.advance(0);
    expect(runs).toHaveLength(2);
    expect(await count("terminal_reconcile_errors_total")).toBe(1);
    await end();
  });

  it("counts a bug as a panic, logs its stack and retries", async () => {
    const { controller, runs, clock, count, log, end } = startController(failing(new TypeError("x is not a function")));
    controller.enqueue("a");
    await clock.advance(100);
    expect(runs).toHaveLength(2);
    expect(await count("reconcile_panics_total")).toBe(1);
    expect(log.lines[0]?.fields["stack"]).toContain("controller.test.ts");
    await end();
  });

  it("treats an error thrown before the first await like any other", async () => {
    const left = [new Error("thrown at once")];
    const { controller, runs, clock, end } = startController(() => {
      const error = left.shift();
      if (error !== undefined) throw error;
      return Promise.resolve();
    });
    controller.enqueue("a");
    await clock.advance(100);
    expect(runs).toHaveLength(2);
    await end();
  });

  it("runs one key once at a time and at most `maxConcurrent` keys", async () => {
    const active = new Set<string>();
    let most = 0;
    const rig = startController(
      async (key, signal) => {
        if (active.has(key)) throw new Error(`${key} runs twice`);
        active.add(key);
        most = Math.max(most, active.size);
        await rig.clock.sleep(100, { signal });
        active.delete(key);
      },
      { maxConcurrent: 3 },
    );
    for (const key of ["a", "b", "c", "d", "e"]) rig.controller.enqueue(key);
    await rig.clock.advance(50);
    for (const key of ["a", "b", "c", "d", "e"]) rig.controller.enqueue(key);
    expect(await rig.count("active_workers")).toBe(3);
    await rig.clock.advance(1000);
    expect(most).toBe(3);
    expect(rig.runs).toHaveLength(8);
    expect(rig.log.lines).toEqual([]);
    await rig.end();
  });

  it("aborts a run that takes too long and retries it", async () => {
    const rig = startController(async (_key, signal) => rig.clock.sleep(10_000, { signal }), {
      timeoutMilliseconds: 1000,
    });
    rig.controller.enqueue("a");
    await rig.clock.advance(1500);
    expect(rig.runs).toEqual(["a@0", "a@1005"]);
    expect(await rig.count("reconcile_timeouts_total")).toBe(1);
    expect(String(rig.log.lines[0]?.fields["error"])).toContain("took more than 1000 ms");
    await rig.end();
  });

  it("on stop gives running reconciles the signal, waits for them and starts no other", async () => {
    const ends: string[] = [];
    const rig = startController(async (key, signal) => {
      await rig.clock.sleep(60_000, { signal }).catch(() => ends.push(`${key} told to stop`));
      await rig.clock.sleep(10);
      ends.push(`${key} ended`);
    });
    rig.controller.enqueue("a");
    rig.controller.enqueue("b");
    await rig.clock.advance(100);
    rig.stop.abort();
    await rig.clock.advance(10);
    await rig.ended;
    rig.controller.enqueue("c");
    await rig.clock.advance(1000);
    expect(ends).toEqual(["a told to stop", "a ended"]);
    expect(rig.runs).toEqual(["a@0"]);
  });

  it("refuses to run twice", async () => {
    const { controller, signal, end } = startController(async () => undefined);
    await expect(controller.run(signal)).rejects.toThrow("test runs already");
    await end();
  });

  it("enqueues what its informers tell, mapped, and what a start brings after what happens", async () => {
    const rig = startController(async () => undefined);
    const informers = createInformerSet({ client: rig.api, ...rig });
    const informer = informers.informer({ type: configMapType });
    rig.controller.watches(informer);
    rig.controller.watches(informer, ({ type, object }) =>
      type === "deleted" ? [`gone ${object.metadata.name}`] : [],
    );
    rig.api.put(configMapType, configMap("a"));
    const running = informers.run(rig.signal);
    await rig.clock.advance(0);
    rig.api.remove(configMapType, { namespace: "default", name: "a" });
    await rig.clock.advance(0);
    expect(rig.runs).toEqual(["default/a@0", "default/a@0", "gone a@0"]);
    await rig.end();
    await running;
  });

  it("shows all its series from the start", async () => {
    const { count, end } = startController(async () => undefined, { maxConcurrent: 7 });
    for (const name of ["reconcile_errors_total", "reconcile_panics_total", "reconcile_timeouts_total"]) {
      expect(await count(name)).toBe(0);
    }
    expect(await count("max_concurrent_reconciles")).toBe(7);
    expect(await count("reconcile_total", { result: "requeue_after" })).toBe(0);
    await end();
  });
});
