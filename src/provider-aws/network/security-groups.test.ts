import { expect, test } from "vitest";
import { createManualClock } from "../../platform/index.ts";
import { nodeClassOf } from "../catalogue/testing.ts";
import type { Ec2Client, FilteredRequest } from "../contract/index.ts";
import { createSecurityGroups } from "./security-groups.ts";

test("[aws 9.4.86] groups are asked for by name, and one that two terms match comes once", async () => {
  const asked: FilteredRequest[] = [];
  const ec2 = {
    describeSecurityGroups: (request: FilteredRequest) => {
      asked.push(request);
      return Promise.resolve({ SecurityGroups: [{ GroupId: "sg-1", GroupName: "nodes" }] });
    },
  } as unknown as Ec2Client;
  const groups = createSecurityGroups({ ec2, clock: createManualClock() });
  const securityGroupSelectorTerms = [{ name: "nodes" }, { tags: { team: "a" } }];
  const found = await groups.resolve(nodeClassOf({ spec: { securityGroupSelectorTerms } }), {
    signal: new AbortController().signal,
  });
  expect(asked.map(({ Filters }) => Filters)).toEqual([
    [{ Name: "group-name", Values: ["nodes"] }],
    [{ Name: "tag:team", Values: ["a"] }],
  ]);
  expect(found).toEqual([{ id: "sg-1", name: "nodes" }]);
});
