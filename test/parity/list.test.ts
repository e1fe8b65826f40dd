/** What the list itself must be (issue 4, item 2), and that recordings and list belong together. */
import { describe, expect, test } from "vitest";
import { mostDifferent } from "./parity-call.ts";
import { parityList } from "./parity-list.ts";
import { recordedFolder, recordedNames } from "./recordings.ts";

describe("the parity list", () => {
  test("holds at least 40 calls, each under a name of its own that can be a namespace", () => {
    const names = parityList.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names.filter((name) => !/^[a-z0-9][-a-z0-9]{0,50}$/.test(name))).toEqual([]);
  });

  test("lets few calls differ, each for a reason", () => {
    const different = parityList.flatMap(({ differs }) => (differs === undefined ? [] : [differs]));
    expect(different.length).toBeLessThanOrEqual(mostDifferent);
    expect(different.filter((reason) => reason.length < 20)).toEqual([]);
  });

  test("is recorded, call for call", () => {
    expect(recordedNames(recordedFolder)).toEqual(parityList.map(({ name }) => name).toSorted());
  });
});
