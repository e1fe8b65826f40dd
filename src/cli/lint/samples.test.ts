/** The samples keep to the practices, or say why not. */
import { expect, test } from "vitest";
import { runCommand } from "../../../test/builders/cli.ts";

test.each([
  [["samples/application.yaml", "samples/pools.yaml"]],
  [["samples/application.yaml", "samples/kwok-pools.yaml"]],
])("%j have no finding above a hint", async (files) => {
  const { exitCode, output } = await runCommand(["lint", ...files.flatMap((file) => ["-f", file])]);
  expect(output).toMatch(/^0 errors, 0 warnings, /m);
  expect(exitCode).toBe(0);
});
