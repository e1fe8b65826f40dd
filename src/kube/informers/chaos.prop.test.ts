import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigMap, configMapType } from "../../api/index.ts";
import { KubeFault } from "../fault.ts";
import { createInformerSet } from "../index.ts";
import { objectKey } from "../runtime.ts";
import { configMap, createRig, type Rig } from "../testing/rig.ts";

type Step =
  | { readonly kind: "put" | "remove" | "recreate"; readonly name: string }
  | { readonly kind: "cut" | "reset" | "expire" | "compact" | "bookmark" | "refuse-list" | "refuse-watch" }
  | { readonly kind: "wait"; readonly milliseconds: number };

const names = fc.constantFrom("a", "b", "c", "d");
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("put", "remove", "recreate"), name: names }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("cut", "reset", "expire", "compact", "bookmark", "refuse-list", "refuse-watch"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("wait"), milliseconds: fc.integer({ min: 0, max: 40_000 }) }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

const reset = () => new KubeFault("ConnectionFailed", "connection reset");
const expired = () => new KubeFault("Expired", "too old resource version", { code: 410 });
const at = (name: string) => ({ namespace: "default", name });

const acts: Readonly<Record<Step["kind"], (rig: Rig, step: Step) => void>> = {
  put: ({ api }, step) => void api.put(configMapType, configMap("name" in step ? step.name : "", api.version)),
  remove: ({ api }, step) => {
    const name = at("name" in step ? step.name : "");
    if (api.peek(configMapType, name) !== undefined) api.remove(configMapType, name);
  },
  recreate: (rig, step) => {
    acts.remove(rig, step);
    acts.put(rig, step);
  },
  cut: ({ api }) => api.endWatches(),
  reset: ({ api }) => api.endWatches(reset()),
  expire: ({ api }) => api.endWatches(expired()),
  compact: ({ api }) => api.compact(),
  bookmark: ({ api }) => api.sendBookmarks(),
  "refuse-list": ({ api }) => api.failNext("list", reset()),
  "refuse-watch": ({ api }) => api.failNext("watch", reset()),
  wait: () => undefined,
};

/** What a reducer of the deltas believes; it refuses deltas that make no sense. */
function reducer() {
  const believed = new Map<string, ConfigMap>();
  return {
    believed,
    apply: (delta: { readonly type: string; readonly object: ConfigMap; readonly previous?: ConfigMap }) => {
      const key = objectKey(delta.object);
      const known = believed.get(key);
      if (delta.type === "added") expect(known, `added twice: ${key}`).toBeUndefined();
      if (delta.type === "updated") expect(delta.previous, `update of what was never told: ${key}`).toBe(known);
      if (delta.type === "updated") expect(delta.object.metadata.uid).toBe(known?.metadata.uid);
      if (delta.type === "deleted") expect(known, `deleted twice: ${key}`).toBeDefined();
      if (delta.type === "deleted") believed.delete(key);
      else believed.set(key, delta.object);
    },
  };
}

const versions = (objects: Iterable<ConfigMap>) =>
  Array.from(objects, ({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).toSorted(
    (a, b) => (a < b ? -1 : 1),
  );

describe("informers under faults", () => {
  it("[ops 9.2.27] equal the server afterwards, whatever was cut, reset, expired or compacted, and tell nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        const rig = createRig();
        const informers = createInformerSet({ client: rig.api, ...rig });
        const informer = informers.informer({ type: configMapType });
        const { believed, apply } = reducer();
        informer.subscribe(apply);
        const ended = informers.run(rig.signal);
        for (const step of run) {
          acts[step.kind](rig, step);
          await rig.clock.advance(step.kind === "wait" ? step.milliseconds : 0);
        }
        await rig.clock.advance(120_000);
        const items = rig.api.contents(configMapType);
        expect(versions(informer.store.list())).toEqual(versions(items));
        expect(versions(believed.values())).toEqual(versions(items));
        expect(rig.log.lines.filter(({ level }) => level === "error")).toEqual([]);
        rig.stop.abort();
        await ended;
      }),
      { numRuns: 150 },
    );
  });
});
