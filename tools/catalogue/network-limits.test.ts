import { expect, test } from "vitest";
import { parseLimits } from "./network-limits.ts";

const entryOf = (name: string, trunking: boolean, branches: number): string => `\t"${name}": {
\t\tInterface:               3,
\t\tIPv4PerInterface:        10,
\t\tIsTrunkingCompatible:    ${trunking},
\t\tBranchInterface:         ${branches},
\t\tDefaultNetworkCardIndex: 0,
\t},
`;

const table = (count: number): string =>
  Array.from({ length: count }, (_, index) => entryOf(`t${index}.large`, index % 2 === 0, index)).join("");

test("each type gives its addresses, and branches only where it can trunk", () => {
  const limits = parseLimits(table(1200));
  expect(limits.size).toBe(1200);
  expect(limits.get("t8.large")).toEqual({ ipv4PerInterface: 10, trunking: true, branchInterfaces: 8 });
  expect(limits.get("t9.large")?.trunking).toBe(false);
});

test("a table in another form is an error and not an empty answer", () => {
  expect(() => parseLimits(table(10))).toThrow("only 10 types found: the format of the limits table has changed");
});
