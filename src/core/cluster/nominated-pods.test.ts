import { expect, test } from "vitest";
import { pod, podsOf } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { provision } from "../provisioning/provision.ts";
import { withNominatedPods } from "./nominated-pods.ts";

const asking = { requests: { cpu: "3" } };
const refused = pod("any").status;
/** Four cores, three of them promised. */
const promised = pod("promised", { ...asking, status: { ...refused, nominatedNodeName: "m" } });
const room = (leaving = false) => ({ pools: [nodePool()], managed: [managedNode("m", { leaving })] });

test("room that was promised to a pod is planned for no other", () => {
  const plan = provision(snapshot({ ...room(), pods: [promised, pod("other", asking)] }), testOptions);
  expect(plan.nominations).toEqual([]);
  expect(plan.claims.map(({ pods }) => pods.map(({ metadata }) => metadata.name))).toEqual([["other"]]);
});

test("[scheduling A7] the pod itself gets no machine", () => {
  const plan = provision(snapshot({ ...room(), pods: [promised] }), testOptions);
  expect([plan.claims, plan.nominations, plan.unplaced]).toEqual([[], [], []]);
});

test("the reference does not count it: under `compatible` the room is planned again", () => {
  const given = snapshot({ ...room(), pods: [promised, pod("other", asking)] });
  const plan = provision(given, { ...testOptions, policy: "compatible" });
  expect(plan.nominations.map(({ pod: { metadata }, node }) => `${metadata.name} ${node}`)).toEqual(["other m"]);
});

test("promises of nodes that are not there, or that go, change nothing", () => {
  const elsewhere = pod("elsewhere", { ...asking, status: { ...refused, nominatedNodeName: "gone" } });
  for (const given of [snapshot({ ...room(), pods: [elsewhere] }), snapshot({ ...room(true), pods: [promised] })])
    expect(withNominatedPods(given)).toBe(given);
});

test("a picture without promises is left as it is", () => {
  const given = snapshot({ ...room(), pods: podsOf(3, "p") });
  expect(withNominatedPods(given)).toBe(given);
});
