import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../crds/catalog.ts";
import { admissionCauses } from "../validation/admission.ts";
import { admissionRuleCases } from "./table.ts";

test("ids are unique, and names that an API server takes", () => {
  const ids = admissionRuleCases.map((entry) => entry.id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(ids.filter((id) => !/^[a-z0-9]([-a-z0-9]{0,80}[a-z0-9])?$/.test(id))).toEqual([]);
});

test("every kind has rules", () => {
  const kinds = new Set(admissionRuleCases.map((entry) => entry.kind));
  expect(customResourceDefinitions.map((crd) => crd.spec.names.kind).filter((kind) => !kinds.has(kind))).toEqual([]);
});

describe.each(admissionRuleCases.map((entry) => [entry.id, entry] as const))("%s", (_, entry) => {
  test(`accepts: ${entry.rule}`, () => {
    expect(entry.stored === undefined ? [] : admissionCauses(entry.stored)).toEqual([]);
    expect(admissionCauses(entry.accepted, entry.stored)).toEqual([]);
  });

  test("refuses, and says why and where", () => {
    const causes = admissionCauses(entry.refused, entry.stored === undefined ? undefined : entry.accepted);
    expect(causes).toContainEqual(
      expect.objectContaining({ field: entry.cause.field, message: expect.stringContaining(entry.cause.message) }),
    );
  });
});
