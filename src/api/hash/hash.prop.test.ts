import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Taint } from "../kubernetes/core.ts";
import { hashString, hashStringMap } from "./fnv.ts";
import { nodePoolHash } from "./node-pool-hash.ts";

const taint = fc.record({
  key: fc.string({ minLength: 1, maxLength: 8 }),
  value: fc.string({ maxLength: 8 }),
  effect: fc.constantFrom("NoSchedule", "NoExecute", "PreferNoSchedule"),
}) as fc.Arbitrary<Taint>;

const hashOf = (taints: readonly Taint[], labels: Readonly<Record<string, string>>): string =>
  nodePoolHash({
    spec: {
      template: {
        metadata: { labels },
        spec: { requirements: [], taints, nodeClassRef: { group: "g", kind: "k", name: "n" } },
      },
    },
  });

const labelMap = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 6 });

test("neither the order of taints nor that of labels moves the hash", () => {
  fc.assert(
    fc.property(fc.array(taint, { maxLength: 6 }), labelMap, (taints, labels) => {
      const shuffledLabels = Object.fromEntries(Object.entries(labels).toReversed());
      expect(hashOf(taints.toReversed(), shuffledLabels)).toBe(hashOf(taints, labels));
    }),
  );
});

test("text is hashed by its UTF-8 bytes", () => {
  const slow = (text: string): bigint => {
    let hash = 14_695_981_039_346_656_037n;
    for (const byte of new TextEncoder().encode(text)) {
      hash = (hash * 1_099_511_628_211n) % 2n ** 64n;
      hash ^= BigInt(byte);
    }
    return hash;
  };
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(hashString(text)).toBe(slow(text));
    }),
  );
});

test("a map that gains an entry changes its hash", () => {
  fc.assert(
    fc.property(labelMap, (map) => {
      expect(hashStringMap({ ...map, "a new key": "v" })).not.toBe(hashStringMap(map));
    }),
  );
});
