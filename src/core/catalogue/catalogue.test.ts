import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { instanceType, offering, resources } from "../../../test/builders/instance-types.ts";
import { testOptions } from "../../../test/builders/snapshot.ts";
import { requirementIn, requirementOf } from "../requirements/requirement.ts";
import { requirementsOf } from "../requirements/requirements.ts";
import { allocatableOf, computeAllocatable } from "./allocatable.ts";
import { bitSetOf, fullBitSet, hasBit, intersects, isEmptySet, membersOf, setBit } from "./bit-set.ts";
import { compileCatalogue, createCatalogueCache } from "./catalogue.ts";
import { keepFitting } from "./fit-rows.ts";
import { createRequirementTable } from "./requirement-table.ts";

const wellKnown = testOptions.labelRules?.wellKnown ?? new Set<string>();

describe("bit sets", () => {
  it.each([1, 31, 32, 33, 64, 100])("of %i hold their members in order", (size) => {
    const set = bitSetOf(size);
    const members = [0, size >> 1, size - 1].filter((member, i, all) => all.indexOf(member) === i);
    for (const member of members) setBit(set, member);
    expect(membersOf(set)).toEqual(members);
    expect(membersOf(fullBitSet(size))).toEqual([...Array(size).keys()]);
    expect([hasBit(set, size - 1), isEmptySet(set), intersects(set, fullBitSet(size))]).toEqual([true, false, true]);
  });
});

describe("allocatable", () => {
  it("is capacity less every overhead", () => {
    expect(allocatableOf(instanceType("four"))).toMatchObject(resources({ cpu: "3900m", memory: "4086Mi", pods: "5" }));
  });

  it("takes huge pages from memory, never below zero", () => {
    const capacity = resources({ memory: "1Gi", "hugepages-2Mi": "512Mi" });
    expect(computeAllocatable(capacity, [])["memory"]).toBe(2 ** 29);
    expect(computeAllocatable({ ...capacity, "hugepages-1Gi": 2 ** 30 }, [])["memory"]).toBe(0);
  });
});

describe("the compiled catalogue", () => {
  const cheap = instanceType("b-cheap", {
    offerings: [offering("test-zone-1", "spot", 1), offering("test-zone-2", "on-demand", 2)],
  });
  const dear = instanceType("a-dear", { cpu: "8", offerings: [offering("test-zone-2", "on-demand", 5)] });

  it("counts a type once, in order of name, and knows the lists that it was made of", () => {
    const lists = [[cheap, dear], [dear]];
    const catalogue = compileCatalogue(lists);
    expect(catalogue.types.map(({ name }) => name)).toEqual(["a-dear", "b-cheap"]);
    expect(lists.map((list) => membersOf(catalogue.rowsOf(list)))).toEqual([[0, 1], [0]]);
  });

  it("is kept for equal lists and made anew for others", () => {
    const cache = createCatalogueCache();
    const list = [cheap];
    const first = cache.compiled([list]);
    expect([cache.compiled([list]) === first, cache.compiled([[cheap]]) === first]).toEqual([true, false]);
  });

  it("leaves out rows that are smaller than what they reserve", () => {
    const tiny = instanceType("tiny", { cpu: "50m" });
    expect(isEmptySet(compileCatalogue([[tiny]]).usable)).toBe(true);
  });

  it("selects by label and by offering, with the cheapest allowed price", () => {
    const table = createRequirementTable(compileCatalogue([[cheap, dear]]), wellKnown);
    const onDemand = table.select(table.intern(requirementsOf([requirementIn(labels.capacityType, "on-demand")])));
    const zoneOne = table.select(table.intern(requirementsOf([requirementIn(labels.zone, "test-zone-1")])));
    expect([membersOf(onDemand.rows), [...onDemand.price], membersOf(zoneOne.rows)]).toEqual([[0, 1], [5, 2], [1]]);
  });

  it("narrows requirement sets once, and says when they do not go together", () => {
    const table = createRequirementTable(compileCatalogue([[cheap]]), wellKnown);
    const pool = table.intern(requirementsOf([requirementIn("team", "a", "b")]));
    const pod = table.intern(requirementsOf([requirementIn("team", "b", "c")]));
    const other = table.intern(requirementsOf([requirementOf({ key: "unknown", operator: "Exists" })]));
    const narrowed = table.narrow(pool, pod);
    expect([
      [...(table.requirements(narrowed).get("team")?.values ?? [])],
      table.narrow(pool, pod) === narrowed,
      table.narrow(pool, other),
    ]).toEqual([["b"], true, -1]);
  });

  it("fits by column, and a resource that nobody has fits nowhere", () => {
    const catalogue = compileCatalogue([[cheap, dear]]);
    const cpu = catalogue.resources.indexOf("cpu");
    const fitting = (total: Float64Array, places: readonly number[]) =>
      membersOf(keepFitting(fullBitSet(2), catalogue.allocatable, { total, places: Int32Array.from(places) }));
    const six = new Float64Array(catalogue.resources.length + 1);
    six[cpu] = 6000;
    const unknown = new Float64Array(catalogue.resources.length + 1);
    unknown[catalogue.resources.length] = 1;
    expect([fitting(six, [cpu]), fitting(unknown, [catalogue.resources.length])]).toEqual([[0], []]);
  });
});
