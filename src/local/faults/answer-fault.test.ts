import { describe, expect, it } from "vitest";
import { createManualClock, createSeededRandom } from "../../platform/index.ts";
import { createSimulatedAccount } from "../account/account.ts";
import { answerFault } from "./answer-fault.ts";

const account = () => createSimulatedAccount({ clock: createManualClock(), random: createSeededRandom(1) });

describe("answerFault", () => {
  it.each([
    [
      { fault: "ice", instanceType: "c6a.*", zone: "us-east-1a", capacityType: "spot", forMilliseconds: 600_000 },
      "for 600 s",
    ],
    [{ fault: "ice", instanceType: "c6a.*", zone: "*", capacityType: "*" }, "until the cluster stops"],
    [{ fault: "throttle", callsPerSecond: 2 }, "2 calls a second"],
    [{ fault: "throttle", callsPerSecond: 0 }, "answers every call again"],
    [{ fault: "price", instanceType: "c6a.large", dollarsPerHour: 9 }, "costs 9 $/h"],
  ])("does %j and says so", (request, text) => {
    const answer = answerFault(account(), request);
    expect(answer?.done).toBe(true);
    expect(answer?.message).toContain(text);
  });

  it.each(["interrupt", "rebalance", "fail"])("says that there is no such machine to %s", (fault) => {
    expect(answerFault(account(), { fault, node: "ip-10-0-0-1.ec2.internal" })).toEqual({
      done: false,
      message: 'there is no machine for a node "ip-10-0-0-1.ec2.internal"',
    });
  });

  it.each([
    [
      { fault: "ice", instanceType: "c6a.*", zone: "us-east-1q", capacityType: "spot" },
      'us-east-1 has no zone "us-east-1q"; there are us-east-1a, us-east-1b, us-east-1c',
    ],
    [
      { fault: "ice", instanceType: "*", zone: "*", capacityType: "spotty" },
      'us-east-1 has no capacity type "spotty"; there are reserved, spot, on-demand',
    ],
    [{ fault: "ice", instanceType: "zz9.*", zone: "*", capacityType: "*" }, 'us-east-1 has no instance type "zz9.*"'],
    [{ fault: "price", instanceType: "c6a.lrge", dollarsPerHour: 1 }, 'us-east-1 has no instance type "c6a.lrge"'],
    [{ fault: "price", instanceType: "c6a.*", dollarsPerHour: 1 }, 'us-east-1 has no instance type "c6a.*"'],
  ])("breaks nothing by %j and says why", (request, message) => {
    expect(answerFault(account(), request)).toEqual({ done: false, message });
  });

  it.each([
    undefined,
    "interrupt",
    {},
    { fault: "melt" },
    { fault: "interrupt" },
    { fault: "throttle", callsPerSecond: -1 },
    { fault: "price", instanceType: "c6a.large", dollarsPerHour: "1" },
    { fault: "toString" },
  ])("knows that %j is no fault", (body) => {
    expect(answerFault(account(), body)).toBeUndefined();
  });
});
