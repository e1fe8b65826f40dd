import { describe, expect, test } from "vitest";
import type { EC2NodeClass, SubnetSelectorTerm } from "../../api/index.ts";
import { createManualClock } from "../../platform/index.ts";
import { nodeClassOf } from "../catalogue/testing.ts";
import type { Ec2Client, FilteredRequest, Subnet } from "../contract/index.ts";
import { createSubnets } from "./subnets.ts";

const { signal } = new AbortController();

const subnet = (id: string, zone: string, free: number): Subnet => ({
  SubnetId: id,
  AvailabilityZone: zone,
  AvailabilityZoneId: `id-${zone}`,
  AvailableIpAddressCount: free,
});

function setup(found: Subnet[]) {
  const clock = createManualClock();
  const asked: FilteredRequest[] = [];
  const ec2 = {
    describeSubnets: (request: FilteredRequest) => {
      asked.push(request);
      return Promise.resolve({ Subnets: found });
    },
  } as unknown as Ec2Client;
  const subnets = createSubnets({ ec2, clock, refreshMilliseconds: 60_000 });
  return { clock, asked, subnets };
}

const classWith = (terms: readonly SubnetSelectorTerm[] = [{ tags: { a: "b" } }]): EC2NodeClass =>
  nodeClassOf({
    spec: { subnetSelectorTerms: terms },
    status: {
      subnets: [
        { id: "s-1", zone: "a" },
        { id: "s-2", zone: "a" },
        { id: "s-3", zone: "b" },
      ],
    },
  });

const chosen = (choice: ReturnType<ReturnType<typeof createSubnets>["choose"]>) =>
  [...choice.byZone.values()].map(({ id }) => id);

describe("choice for a launch", () => {
  test("[aws 9.4.80] takes the subnet with most addresses of each zone, the earlier when equal", async () => {
    const { subnets } = setup([subnet("s-1", "a", 10), subnet("s-2", "a", 100), subnet("s-3", "b", 5)]);
    await subnets.resolve(classWith(), { signal });
    expect(chosen(subnets.choose(classWith(), new Map()))).toEqual(["s-2", "s-3"]);
    const equal = setup([subnet("s-1", "a", 10), subnet("s-2", "a", 10)]);
    await equal.subnets.resolve(classWith(), { signal });
    expect(chosen(equal.subnets.choose(classWith(), new Map()))).toContain("s-1");
  });

  test("[aws 9.4.81] counts what other launches have taken meanwhile", async () => {
    const { subnets } = setup([subnet("s-1", "a", 90), subnet("s-2", "a", 100)]);
    await subnets.resolve(classWith(), { signal });
    const pods = new Map([["a", 29]]);
    expect(chosen(subnets.choose(classWith(), pods))).toContain("s-2");
    expect(chosen(subnets.choose(classWith(), pods))).toContain("s-1");
  });

  test("[aws 9.4.82] gets back what the fleet did not use", async () => {
    const { subnets } = setup([subnet("s-1", "a", 90), subnet("s-2", "a", 100), subnet("s-3", "b", 50)]);
    await subnets.resolve(classWith(), { signal });
    const choice = subnets.choose(
      classWith(),
      new Map([
        ["a", 29],
        ["b", 29],
      ]),
    );
    choice.settle({ asked: new Set(["s-2", "s-3"]), used: new Set(["s-3"]) });
    expect(chosen(subnets.choose(classWith(), new Map()))).toContain("s-2");
  });

  test("[aws 9.4.83] gets nothing back once EC2 has counted afresh", async () => {
    const found = [subnet("s-1", "a", 90), subnet("s-2", "a", 100)];
    const { clock, subnets } = setup(found);
    await subnets.resolve(classWith(), { signal });
    const first = subnets.choose(classWith(), new Map([["a", 29]]));
    await clock.advance(61_000);
    found.splice(0, 2, subnet("s-1", "a", 90), subnet("s-2", "a", 95));
    await subnets.resolve(classWith(), { signal });
    // Another launch is on its way in the same subnet; EC2 has counted neither.
    expect(chosen(subnets.choose(classWith(), new Map([["a", 10]])))).toContain("s-2");
    first.settle({ asked: new Set(["s-2"]), used: new Set() });
    expect(chosen(subnets.choose(classWith(), new Map()))).toContain("s-1");
  });
});

describe("look-up", () => {
  test("[aws 9.4.84] asks for ids together and for each tag term alone, a star meaning that the key exists", async () => {
    const { asked, subnets } = setup([]);
    await subnets.resolve(
      classWith([{ id: "s-2" }, { tags: { b: "2", a: "1" } }, { id: "s-1" }, { tags: { c: "*" } }]),
      { signal },
    );
    expect(asked.map(({ Filters }) => Filters)).toEqual([
      [{ Name: "subnet-id", Values: ["s-1", "s-2"] }],
      [
        { Name: "tag:a", Values: ["1"] },
        { Name: "tag:b", Values: ["2"] },
      ],
      [{ Name: "tag-key", Values: ["c"] }],
    ]);
  });

  test("[aws 9.4.87] is not repeated within its time, unless the class has changed", async () => {
    const { asked, clock, subnets } = setup([subnet("s-1", "a", 1)]);
    const nodeClass = classWith();
    await subnets.resolve(nodeClass, { signal });
    await subnets.resolve(nodeClass, { signal });
    expect(asked).toHaveLength(1);
    await subnets.resolve({ ...nodeClass, metadata: { ...nodeClass.metadata, generation: 2 } }, { signal });
    expect(asked).toHaveLength(2);
    await clock.advance(60_000);
    await subnets.resolve(nodeClass, { signal });
    expect(asked).toHaveLength(3);
  });

  test("gives most addresses first, then by id", async () => {
    const { subnets } = setup([subnet("s-2", "a", 5), subnet("s-1", "b", 5), subnet("s-3", "c", 9)]);
    expect((await subnets.resolve(classWith(), { signal })).map(({ id }) => id)).toEqual(["s-3", "s-1", "s-2"]);
  });
});
