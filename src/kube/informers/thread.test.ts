import { describe, expect, it } from "vitest";
import { type Pod, podType } from "../../api/index.ts";
import { type Clock, createSystemClock } from "../../platform/index.ts";
import { createController, createInformerSet } from "../index.ts";
import { createRig, pod } from "../testing/rig.ts";

/**
 * A clock on which every look at it costs a twentieth of a millisecond: whoever paces itself by it has then used up its
 * slice after a number of steps that no other load on the machine can change.
 */
function costlyClock(): Clock {
  const system = createSystemClock();
  let now = 0;
  return { ...system, monotonic: () => (now += 0.05) };
}

/** Counts steps per turn of the event loop. */
function stepCounter() {
  let inTurn = 0;
  let most = 0;
  let counting = true;
  const turn = (): void => {
    inTurn = 0;
    if (counting) setImmediate(turn);
  };
  turn();
  return {
    step: (): void => {
      inTurn += 1;
      most = Math.max(most, inTurn);
    },
    stop: (): number => {
      counting = false;
      return most;
    },
  };
}

describe("the thread", () => {
  it.each([1, 1000])(
    "is given back again and again while 20,000 pods are listed, indexed and reconciled by %i at once",
    async (maxConcurrent) => {
      const rig = createRig();
      for (let index = 0; index < 20_000; index += 1) rig.api.put(podType, pod(`p${index}`, `n${index % 100}`));
      // The fake sorts all it has for each page, which is no matter of ours: it answers from one list.
      const items = rig.api.contents(podType);
      rig.api.contents = () => items as never;
      const clock = costlyClock();
      const informers = createInformerSet({ ...rig, client: rig.api, clock });
      const indexes = { byNode: ({ spec }: Pod) => [spec.nodeName ?? ""] };
      const informer = informers.informer({ type: podType, indexes });
      const [applied, reconciled] = [stepCounter(), stepCounter()];
      informer.subscribe(() => applied.step());
      const seen = new Set<string>();
      const all = Promise.withResolvers<void>();
      const reconcile = async (key: string): Promise<void> => {
        reconciled.step();
        if (seen.add(key).size === 20_000) all.resolve();
      };
      const controller = createController({ ...rig, clock }, { name: "pods", maxConcurrent, reconcile });
      controller.watches(informer);
      const running = [informers.run(rig.signal)];
      await informers.waitForSync({ signal: rig.signal });
      running.push(controller.run(rig.signal));
      await all.promise;
      expect(informer.store.byIndex("byNode", "n7")).toHaveLength(200);
      // Slices of 8 ms at a twentieth of a millisecond or more a step.
      expect(applied.stop()).toBeLessThanOrEqual(161);
      expect(reconciled.stop()).toBeLessThanOrEqual(161);
      rig.stop.abort();
      await Promise.all(running);
    },
  );
});
