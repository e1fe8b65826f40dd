import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freezeJson, shareJson, equalJson, type ApiObject } from "./api-object.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { ObjectTable, tableKey } from "./object-table.ts";
import type { Selection } from "./selection.ts";
import { VersionCounter } from "./version-counter.ts";
import { WatchStream, type StreamEvent } from "./watch-stream.ts";

interface Operation {
  readonly name: string;
  /** Absent deletes. */
  readonly tier?: string;
}

const operations = fc.array(
  fc.record(
    { name: fc.constantFrom("a", "b", "c", "d"), tier: fc.constantFrom("web", "db") },
    { requiredKeys: ["name"] },
  ),
  { maxLength: 40 },
);

const object = (name: string, tier: string): ApiObject =>
  freezeJson({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "x", labels: { tier } } });

function run(table: ObjectTable, list: readonly Operation[]): void {
  for (const { name, tier } of list) {
    const key = tableKey(name, "x");
    const current = table.get(key);
    if (tier !== undefined) table.put(key, object(name, tier));
    else if (current !== undefined) table.remove(key, current);
  }
}

const newTable = (): ObjectTable => new ObjectTable({ versions: new VersionCounter(), historySize: 1000 });

function selection(labels: string): Selection {
  const [label, field] = [parseLabelSelector(labels), parseFieldSelector(undefined, {})];
  if (!label.ok || !field.ok) throw new Error("the selector of the test does not parse");
  return { labels: label.value, fields: field.value };
}

function drain(stream: WatchStream): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (let event = stream.take(); event !== undefined; event = stream.take()) events.push(event);
  return events;
}

/** What a reader holds that applies events to the state it listed. */
function replay(start: ReadonlyMap<string, ApiObject>, events: readonly StreamEvent[]): ReadonlyMap<string, ApiObject> {
  const state = new Map(start);
  for (const event of events) {
    if (event.type === "BOOKMARK") continue;
    const name = event.object.metadata.name ?? "";
    // An ADDED of something known, or a MODIFIED of something unknown, would be a lie about the selection.
    expect(state.has(name)).toBe(event.type !== "ADDED");
    if (event.type === "DELETED") state.delete(name);
    else state.set(name, event.object);
  }
  return state;
}

const byName = (items: readonly ApiObject[]): ReadonlyMap<string, ApiObject> =>
  new Map(items.map((item) => [item.metadata.name ?? "", item]));

describe("the object table", () => {
  test("a list and the events after it give the list of any later time, for any selection", () => {
    fc.assert(
      fc.property(
        operations,
        operations,
        fc.constantFrom("", "tier=web", "tier!=web", "!tier"),
        (before, after, labels) => {
          const table = newTable();
          const wanted = selection(labels);
          run(table, before);
          const first = table.page(wanted)!;
          run(table, after);
          const stream = new WatchStream(() => new Error("overflow"));
          expect(
            table.watch({ selection: wanted, stream, bookmarks: false, present: (one) => one }, first.version),
          ).toBe(true);
          const state = replay(byName(first.items), drain(stream));
          expect([...state].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([...byName(table.page(wanted)!.items)]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("pages of a list show the state of its first page, whatever happens between", () => {
    fc.assert(
      fc.property(operations, operations, fc.integer({ min: 1, max: 3 }), (before, between, limit) => {
        const table = newTable();
        const all = selection("");
        run(table, before);
        const whole = table.page(all)!.items;
        const pages: ApiObject[] = [];
        let page = table.page({ ...all, limit })!;
        pages.push(...page.items);
        while (page.lastKey !== undefined) {
          run(table, between);
          page = table.page({ ...all, limit, after: { key: page.lastKey, version: page.version } })!;
          pages.push(...page.items);
        }
        expect(pages).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});

describe("sharing", () => {
  test("a shared version equals what it was made from, and is the old one when nothing differs", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (old, next) => {
        const [before, after] = [freezeJson(old), freezeJson(next)];
        const shared = shareJson(before, after);
        expect(equalJson(shared, after)).toBe(true);
        if (equalJson(before, after)) expect(shared).toBe(before);
      }),
      { numRuns: 500 },
    );
  });
});
