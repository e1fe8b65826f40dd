import { describe, expect, it } from "vitest";
import { layoutPod } from "../../../test/builders/layout.ts";
import { epochMillisOf } from "../time.ts";
import {
  isRegretted,
  movesOf,
  moveWindowMillis,
  noMoves,
  regretMillis,
  rememberMachine,
  rememberMoves,
} from "./move-memory.ts";

const now = epochMillisOf(1_767_268_800_000); // 2026-01-01T12:00:00Z
const pod = layoutPod("web-1");

describe("the memory of moves", () => {
  it("counts how often a pod moved within the window", () => {
    const once = rememberMoves(noMoves, [pod], now);
    const twice = rememberMoves(once, [pod], now);
    expect([noMoves, once, twice].map((memory) => movesOf(memory, pod, now))).toEqual([0, 1, 2]);
  });

  it("forgets after the window", () => {
    const once = rememberMoves(noMoves, [pod], now);
    expect(movesOf(once, pod, epochMillisOf(now + moveWindowMillis - 1))).toBe(1);
    expect(movesOf(once, pod, epochMillisOf(now + moveWindowMillis))).toBe(0);
  });

  it("holds a move against the pod that was made in its place, not against an older sibling", () => {
    const { ownerReferences = [] } = pod.metadata;
    const successor = layoutPod("web-2", { metadata: { ownerReferences, creationTimestamp: "2026-01-01T12:00:01Z" } });
    const sibling = layoutPod("web-3", { metadata: { ownerReferences } });
    const once = rememberMoves(noMoves, [pod], now);
    expect([movesOf(once, successor, now), movesOf(once, sibling, now)]).toEqual([1, 0]);
  });
});

describe("the memory of machines", () => {
  const machine = "s on-demand";
  const other = layoutPod("other-1", { metadata: { ownerReferences: [] } });
  const after = (pods: readonly (typeof pod)[]) => rememberMachine(noMoves, { machine, pods }, now);

  it("holds a machine against the pods that it held, and those made in their place, for a while", () => {
    const { ownerReferences = [] } = pod.metadata;
    const successor = layoutPod("web-2", { metadata: { ownerReferences } });
    const memory = after([pod, other]);
    const later = epochMillisOf(now + regretMillis);
    expect(isRegretted(memory, { machine, pods: [successor] }, now)).toBe(true);
    expect(isRegretted(memory, { machine: "l on-demand", pods: [successor] }, now)).toBe(false);
    expect(isRegretted(memory, { machine, pods: [successor] }, later)).toBe(false);
  });

  it("holds nothing against other pods, nor because of an empty one", () => {
    expect(isRegretted(after([pod]), { machine, pods: [pod, other] }, now)).toBe(false);
    expect(isRegretted(after([]), { machine, pods: [] }, now)).toBe(false);
  });
});
