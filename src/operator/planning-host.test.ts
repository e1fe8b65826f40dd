import { describe, expect, test } from "vitest";
import { labels } from "../api/index.ts";
import { defaultTypes, ladderTypes, testZones } from "../../test/builders/instance-types.ts";
import { boundPod, companyOf, daemonSet, podsOf, spreadOver } from "../../test/builders/pods.ts";
import { managedNode, nodePool, testOptions } from "../../test/builders/snapshot.ts";
import {
  applyClusterEvent,
  claimViewOf,
  type ClusterEvent,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  poolViewOf,
  provision,
} from "../core/index.ts";
import { createPlanningThread } from "./planning-host.ts";

/** A picture that tells whoever observes it of each event, as the cluster model does. */
function observedPicture() {
  let state = emptyClusterState();
  const listeners = new Set<(event: ClusterEvent) => void>();
  return {
    observe: (listener: (event: ClusterEvent) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hear: (...events: readonly ClusterEvent[]) => {
      for (const event of events) {
        state = applyClusterEvent(state, event);
        for (const listener of listeners) listener(event);
      }
    },
    snapshot: () => freezeSnapshot(state, epochMillisOf(1_767_225_600_000)),
  };
}

const upserts = (kind: "Pod" | "Node" | "DaemonSet", objects: readonly object[]): readonly ClusterEvent[] =>
  objects.map((object) => ({ type: "upsert", kind, object }) as ClusterEvent);

const machines = Array.from({ length: 6 }, (_, i) =>
  managedNode(`node-${i}`, { labels: { [labels.zone]: testZones[i % 3] ?? "" } }),
);

const typeLists = [defaultTypes(), ladderTypes(8)];

const beginning: readonly ClusterEvent[] = [
  ...[nodePool("heavy", { weight: 10, limits: { cpu: "20" } }), nodePool("light")].flatMap(
    (pool, i): readonly ClusterEvent[] => [
      { type: "pool", view: poolViewOf(pool) },
      { type: "instance-types", pool: { kind: "NodePool", name: pool.metadata.name ?? "" }, types: typeLists[i] ?? [] },
    ],
  ),
  ...machines.map(({ claim }): ClusterEvent => ({ type: "claim", view: claimViewOf(claim) })),
  ...upserts(
    "Node",
    machines.flatMap(({ node }) => node ?? []),
  ),
  ...upserts("DaemonSet", [daemonSet("agent", { cpu: "150m" })]),
];

const spreading = podsOf(300, "web", {
  labels: { app: "web" },
  requests: { cpu: "300m", memory: "200Mi" },
  spec: { topologySpreadConstraints: [spreadOver(labels.zone, "web")] },
});
const apart = podsOf(30, "db", {
  labels: { app: "db" },
  requests: { cpu: "1", memory: "1Gi" },
  spec: {
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.hostname, "db")] },
    },
  },
});
const tooLarge = podsOf(3, "huge", { requests: { cpu: "5000" } });

describe("the planning thread", () => {
  test("plans as this thread would, pass after pass", async () => {
    const picture = observedPicture();
    const thread = createPlanningThread(picture);
    const signal = new AbortController().signal;
    picture.hear(...beginning, ...upserts("Pod", [...spreading, ...tooLarge]));
    const passes = [
      [],
      upserts("Pod", [
        ...apart,
        ...spreading.slice(0, 20).map((pod, i) => ({ ...pod, spec: { ...pod.spec, nodeName: `node-${i % 6}` } })),
      ]),
      [{ type: "mark-for-deletion", providerIds: ["test:///node-1"] } as const],
      upserts("Pod", [boundPod("late", "node-2", { labels: { app: "web" }, requests: { cpu: "500m" } })]),
    ];
    const pairs: string[][] = [];
    for (const events of passes) {
      picture.hear(...events);
      const taken = picture.snapshot();
      const there = await thread.plan(taken, testOptions, { signal });
      pairs.push([JSON.stringify(there), JSON.stringify(provision(taken, testOptions))]);
    }
    await thread.stop();
    for (const [there, here] of pairs) expect(there).toBe(here);
  });

  test("a plan that nobody waits for any more is given up, and the next one is made", async () => {
    const picture = observedPicture();
    const thread = createPlanningThread(picture);
    picture.hear(...beginning, ...upserts("Pod", spreading));
    const giving = new AbortController();
    const given = thread.plan(picture.snapshot(), testOptions, { signal: giving.signal });
    giving.abort(new Error("enough"));
    await expect(given).rejects.toThrow();
    const taken = picture.snapshot();
    const next = await thread.plan(taken, testOptions, { signal: new AbortController().signal });
    await thread.stop();
    expect(JSON.stringify(next)).toBe(JSON.stringify(provision(taken, testOptions)));
  });

  test("what fails over there fails here, in words", async () => {
    const picture = observedPicture();
    picture.hear(...beginning);
    const before = picture.snapshot();
    const thread = createPlanningThread({ observe: picture.observe, snapshot: () => before });
    picture.hear(...upserts("Pod", tooLarge));
    const plan = thread.plan(before, testOptions, { signal: new AbortController().signal });
    await expect(plan).rejects.toThrow("unknown here");
    await thread.stop();
  });
});
