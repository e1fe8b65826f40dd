import * as fc from "fast-check";
import { expect, test } from "vitest";
import { kubeletCauses } from "../aws/kubelet-rules.ts";
import { kindDefinitions } from "../crds/catalog.ts";
import { apiVersionOf } from "../kubernetes/resource-types.ts";
import { admissionRuleCases } from "../rules/table.ts";
import type { Manifest } from "../rules/rule-case.ts";
import { admissionCauses, withDefaults } from "./admission.ts";

const written = admissionRuleCases.flatMap(({ accepted, refused }) => [accepted, refused]);

/** An object of the table with a value of any JSON type put somewhere into it. */
const mangled: fc.Arbitrary<Manifest> = fc
  .tuple(fc.constantFrom(...written), fc.jsonValue(), fc.array(fc.nat(20), { maxLength: 6 }))
  .map(([object, value, path]) => ({ ...object, spec: put(object.spec, value, path) }));

function put(target: unknown, value: unknown, path: readonly number[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof target !== "object" || target === null) return value;
  const keys = Object.keys(target);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return value;
  if (Array.isArray(target))
    return target.map((item: unknown, index) => (String(index) === key ? put(item, value, rest) : item));
  return Object.fromEntries(
    Object.entries(target).map(([name, member]) => [name, name === key ? put(member, value, rest) : member]),
  );
}

test("any JSON is judged, never thrown at", () => {
  fc.assert(
    fc.property(mangled, fc.option(mangled, { nil: undefined }), (object, stored) => {
      for (const cause of admissionCauses(object, stored)) expect(cause.message).not.toBe("");
    }),
    { numRuns: 500 },
  );
});

test("any JSON as a whole spec is judged too, for each kind", () => {
  fc.assert(
    fc.property(fc.constantFrom(...kindDefinitions), fc.jsonValue(), ({ type }, spec) => {
      const object: Manifest = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: {}, spec };
      expect(Array.isArray(admissionCauses(object))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("defaults are applied once: the second time changes nothing", () => {
  fc.assert(
    fc.property(mangled, (object) => {
      const once = withDefaults(object);
      expect(withDefaults(once)).toBe(once);
    }),
    { numRuns: 500 },
  );
});

test("any JSON object is judged as a kubelet configuration", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("maxPods", "evictionHard", "kubeReserved", "x"), fc.jsonValue()),
      (kubelet) => {
        expect(Array.isArray(kubeletCauses(kubelet))).toBe(true);
      },
    ),
  );
});
