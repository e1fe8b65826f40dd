import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("every package that runs with the product has a licence that asks for a notice at most", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "licences.ts")], {
    encoding: "utf8",
  });
  expect([status, stderr.trim()]).toEqual([0, expect.stringMatching(/^licences: \d+ packages, 0 refused$/)]);
});
