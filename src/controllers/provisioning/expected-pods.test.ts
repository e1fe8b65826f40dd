import { expect, test } from "vitest";
import { boundPod, pod } from "../../../test/builders/pods.ts";
import { type ManagedNode, managedNode, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import type { NodeClaim, Pod } from "../../api/index.ts";
import { epochMillisOf, provision } from "../../core/index.ts";
import type { Delta } from "../../kube/index.ts";
import { createExpectedPods, type ExpectedPods } from "./expected-pods.ts";

interface Expecting {
  readonly expected: ExpectedPods;
  readonly triggers: readonly string[];
  readonly tell: (delta: Delta<Pod>) => void;
}

function expecting(): Expecting {
  const triggers: string[] = [];
  let tell: ((delta: Delta<Pod>) => void) | undefined;
  const pods = {
    store: { get: (key: string) => three.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key) },
    subscribe: (handler: (delta: Delta<Pod>) => void) => {
      tell = handler;
      return () => undefined;
    },
  };
  const caches = { pods } as unknown as Parameters<typeof createExpectedPods>[0]["caches"];
  const batcher = {
    trigger: (id: string) => void triggers.push(id),
    pending: false,
    onTrigger: () => undefined,
    wait: async () => false,
  };
  const expected = createExpectedPods({ caches, batcher });
  return { expected, triggers, tell: (delta) => tell?.(delta) };
}

const bound = (one: Pod): Delta<Pod> => ({
  type: "updated",
  previous: one,
  object: { ...one, spec: { ...one.spec, nodeName: "n" } },
});

const three = ["a", "b", "c"].map((name) => pod(name, { requests: { cpu: "1" } }));

/** A plan with all of them on one machine, created as claim `m`. */
function planThem({ expected }: Expecting): void {
  const plan = provision(snapshot({ pools: [nodePool()], pods: three }), testOptions);
  const [planned] = plan.claims;
  if (planned === undefined) throw new Error("nothing was planned");
  expect(planned.pods).toHaveLength(3);
  const claim: NodeClaim = { ...planned.claim, metadata: { ...planned.claim.metadata, name: "m" } };
  expected.planned(plan, [{ ok: true, planned, claim }]);
}

test("while pods are expected, each binding asks for another look", () => {
  const cluster = expecting();
  planThem(cluster);
  for (const one of three) cluster.tell(bound(one));
  expect(cluster.triggers).toEqual(three.slice(0, 2).map(({ metadata }) => `bound/${metadata.uid}`));
});

test("pods that no plan placed ask for nothing when they are bound", () => {
  const cluster = expecting();
  planThem(cluster);
  cluster.tell(bound(pod("stranger")));
  expect(cluster.triggers).toEqual([]);
});

const initializedAt = (time: string): ManagedNode => {
  const { claim, node } = managedNode("m");
  const conditions = [{ type: "Initialized", status: "True", lastTransitionTime: time }] as const;
  return { node, claim: { ...claim, status: { ...claim.status, conditions } } };
};
const now = epochMillisOf(Date.parse("2026-01-01T00:01:00Z"));
/** Who is held on machine `m`, and how many are left over. */
function standing({ expected }: Expecting, on: ManagedNode, pods: readonly Pod[] = []): readonly [string[], number] {
  const found = expected.standing(snapshot({ managed: [on], pods }), now);
  return [[...found.expected].map(([uid, name]) => `${uid} on ${name}`), found.leftOver];
}
const all = three.map(({ metadata }) => `${metadata.uid} on m`);

test("pods keep their place in further plans while their machine comes, and while it may be that they are bound", () => {
  const cluster = expecting();
  planThem(cluster);
  expect(standing(cluster, managedNode("m", { phase: "launched" }))).toEqual([all, 0]);
  expect(standing(cluster, initializedAt("2026-01-01T00:00:50Z"))).toEqual([all, 0]);
});

test("pods are left over once their machine has been ready for longer than the scheduler holds them back", () => {
  const cluster = expecting();
  planThem(cluster);
  cluster.tell(bound(three[0] as Pod));
  expect(standing(cluster, initializedAt("2026-01-01T00:00:30Z"))).toEqual([[], 2]);
});

test("pods are left over at once where others have taken their room", () => {
  const cluster = expecting();
  planThem(cluster);
  const strangers = [boundPod("x", "m", { requests: { cpu: "2" } })];
  expect(standing(cluster, initializedAt("2026-01-01T00:00:59Z"), strangers)).toEqual([all.slice(0, 2), 1]);
});

test("pods have no place on a machine that is gone or goes", () => {
  const cluster = expecting();
  planThem(cluster);
  expect(standing(cluster, managedNode("other"))).toEqual([[], 0]);
  expect(standing(cluster, managedNode("m", { leaving: true }))).toEqual([[], 0]);
});

test("a pod that a later plan leaves without a place is no longer expected", () => {
  const cluster = expecting();
  planThem(cluster);
  cluster.expected.planned(provision(snapshot({ pools: [], pods: three }), testOptions), []);
  for (const one of three) cluster.tell(bound(one));
  expect(cluster.triggers).toEqual([]);
});
