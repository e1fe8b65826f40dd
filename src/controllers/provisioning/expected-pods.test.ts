import { expect, test } from "vitest";
import { pod } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import type { NodeClaim, Pod } from "../../api/index.ts";
import { provision } from "../../core/index.ts";
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

test("a pod is left over once its machine is ready and it still waits", () => {
  const cluster = expecting();
  planThem(cluster);
  const leftOver = (phase: "registered" | "initialized"): number =>
    cluster.expected.leftOver(snapshot({ managed: [managedNode("m", { phase })] }));
  expect(leftOver("registered")).toBe(0);
  cluster.tell(bound(three[0] as Pod));
  expect(leftOver("initialized")).toBe(2);
});

test("a pod that a later plan leaves without a place is no longer expected", () => {
  const cluster = expecting();
  planThem(cluster);
  cluster.expected.planned(provision(snapshot({ pools: [], pods: three }), testOptions), []);
  for (const one of three) cluster.tell(bound(one));
  expect(cluster.triggers).toEqual([]);
});
