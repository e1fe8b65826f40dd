import { array, assert, constantFrom, dictionary, integer, nat, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { boundPod, pod } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot } from "../../../test/builders/snapshot.ts";
import type { ClusterSnapshot } from "../../core/index.ts";
import { createManualClock } from "../../platform/index.ts";
import { applyDelta, type FleetDelta, type FleetState } from "../contract/index.ts";
import { createFleetFeed, type FedDecision } from "./fleet-feed.ts";

/** A picture by the names of its nodes with so many pods each, and so many pods that wait. */
function pictureOf(version: number, nodes: Readonly<Record<string, number>>, waiting: number): ClusterSnapshot {
  const made = snapshot({
    pools: [nodePool("general", { limits: { cpu: "100" } })],
    managed: Object.keys(nodes).map((name) => managedNode(name, { pool: "general" })),
    pods: [
      ...Object.entries(nodes).flatMap(([name, pods]) =>
        Array.from({ length: pods }, (_, index) => boundPod(`${name}-${index}`, name, { requests: { cpu: "100m" } })),
      ),
      ...Array.from({ length: waiting }, (_, index) => pod(`waiting-${index}`, { requests: { cpu: "1" } })),
    ],
  });
  return { ...made, version };
}

function startFeed(first: ClusterSnapshot) {
  const clock = createManualClock();
  const listeners = new Set<(decision: FedDecision) => void>();
  let current = first;
  const feed = createFleetFeed({
    clock,
    snapshot: () => current,
    decisions: {
      list: () => [],
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    build: "test",
    title: "test",
  });
  return {
    feed,
    clock,
    show: (next: ClusterSnapshot): void => {
      current = next;
      feed.look();
    },
    decide: (reason: string): void => {
      for (const listener of listeners) listener({ time: "2026-11-24T10:00:00Z", kind: "launch", pods: [], reason });
    },
  };
}

describe("the feed of the fleet", () => {
  it("a reader that applies what changed sees what the server sees, whatever happened", () => {
    const nodes = dictionary(constantFrom("a", "b", "c", "d"), integer({ min: 0, max: 3 }));
    assert(
      property(array(tuple(nodes, nat(3)), { minLength: 1, maxLength: 8 }), (steps) => {
        const { feed, show } = startFeed(pictureOf(1, {}, 0));
        let reader: FleetState | undefined = feed.state();
        feed.subscribe((delta) => {
          reader =
            reader === undefined ? undefined : applyDelta(reader, JSON.parse(JSON.stringify(delta)) as FleetDelta);
        });
        for (const [index, [some, waiting]] of steps.entries()) show(pictureOf(index + 2, some, waiting));
        expect(reader).toEqual(feed.state());
      }),
      { numRuns: 50 },
    );
  });

  it("tells nothing while nothing changes, but a point of the trend every ten seconds", async () => {
    const { feed, clock } = startFeed(pictureOf(1, { a: 1 }, 0));
    feed.look();
    const { revision } = feed.state();
    feed.look();
    expect(feed.state().revision).toBe(revision);
    await clock.advance(10_000);
    feed.look();
    expect(feed.since(revision)).toMatchObject([{ trend: [{ nodes: 1 }] }]);
  });

  it("numbers decisions and tells each once", () => {
    const { feed, decide } = startFeed(pictureOf(1, {}, 0));
    decide("first");
    decide("second");
    feed.look();
    feed.look();
    expect(feed.state().decisions.map(({ id, reason }) => [id, reason])).toEqual([
      [1, "first"],
      [2, "second"],
    ]);
  });

  it("says that it no longer knows what followed on an old revision", () => {
    const { feed, show } = startFeed(pictureOf(1, {}, 0));
    for (let version = 2; version < 320; version++) show(pictureOf(version, { a: version % 4 }, 0));
    expect(feed.since(1)).toBeUndefined();
    expect(feed.since(feed.state().revision - 3)).toHaveLength(3);
  });

  it("tells limits as pools use them, with what is exhausted", () => {
    const { feed, show } = startFeed(pictureOf(1, {}, 0));
    show(pictureOf(2, { a: 1, b: 1 }, 0));
    const [general] = feed.state().pools;
    expect(general).toMatchObject({ name: "general", nodes: 2, limits: [{ resource: "cpu", of: 100 }] });
    expect(general?.limits[0]?.used).toBeGreaterThan(0);
  });
});
