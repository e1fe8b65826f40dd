import { expect, it } from "vitest";
import { layout, machineType } from "../../../test/builders/layout.ts";
import { provision } from "./provision.ts";

const surge = { "karpenter-ts.dev/surge": "true" };
const going = { claim: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } } };
const types = [machineType("s", { cpu: "2", price: 1 })];
const nodes = { old: { type: "s", pods: [{ name: "first", cpu: "2", annotations: surge }], ...going } };

it("plans one place for a pod and the one that takes its place beside it (surge)", () => {
  const alone = provision(layout({ types, nodes }));
  expect(alone.claims.map(({ pods }) => pods.map(({ metadata }) => metadata.name))).toEqual([["first"]]);
  const successor = { name: "second", cpu: "2", annotations: { ...surge, "karpenter-ts.dev/surged-for": "uid-first" } };
  const both = provision(layout({ types, nodes, pending: [successor] }));
  expect(both.claims.map(({ pods }) => pods.map(({ metadata }) => metadata.name))).toEqual([["second"]]);
});
