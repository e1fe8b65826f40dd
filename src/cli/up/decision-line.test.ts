import { describe, expect, it } from "vitest";
import { decisionJson, decisionLine, type ShownDecision } from "./decision-line.ts";

const plain = (_style: string, text: string): string => text;
const launch: ShownDecision = {
  time: "2026-01-01T10:20:30Z",
  kind: "launch",
  pods: ["shop/a", "shop/b", "shop/c", "shop/d"],
  machine: "c6a.large",
  zone: "us-east-1a",
  capacityType: "spot",
  pricePerHour: 0.0301,
  reason: "cheapest that fits",
};

describe("decisionLine", () => {
  it("says when, what, which machine at what price, for which pods, and why", () => {
    expect(decisionLine(launch, plain)).toBe(
      "10:20:30  launch         c6a.large spot us-east-1a at 0.0301 $/h  shop/a, shop/b, shop/c and 1 more  cheapest that fits",
    );
  });

  it("shows the node when no machine is chosen", () => {
    expect(
      decisionLine(
        { time: launch.time, kind: "remove", pods: [], node: "ip-10-0-0-1", reason: "empty for 30s" },
        plain,
      ),
    ).toBe("10:20:30  remove         ip-10-0-0-1  empty for 30s");
  });

  it("shows the claim when it has no node either", () => {
    const failed = {
      time: launch.time,
      kind: "launch-failed",
      pods: [],
      nodeClaim: "general-x7k2p",
      reason: "no capacity",
    };
    expect(decisionLine(failed, plain)).toBe("10:20:30  launch-failed  general-x7k2p  no capacity");
  });

  it("prints JSON that begins with its schema", () => {
    expect(
      decisionJson(launch).startsWith('{"schema":"decision/1","time":"2026-01-01T10:20:30Z","kind":"launch"'),
    ).toBe(true);
  });
});
