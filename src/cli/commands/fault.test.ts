import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "../program.ts";

async function run(...argv: readonly string[]) {
  const texts = { output: "", errors: "" };
  const streamTo = (name: keyof typeof texts) =>
    new PassThrough().on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  const exitCode = await runCli(argv, {
    input: new PassThrough(),
    output: streamTo("output"),
    errors: streamTo("errors"),
    environment: {},
    signal: new AbortController().signal,
  });
  return { exitCode, ...texts };
}

describe("karpenter fault", () => {
  it.each([
    [["throttle", "abc"], '"abc" is no amount; expected a number of 0 or more'],
    [["throttle", "--", "-3"], '"-3" is no amount'],
    [["price", "c6a.large", "1e400"], '"1e400" is no amount'],
    [["price", "c6a.large"], "missing required argument 'usd'"],
    [["ice", "c6a.*", "*", "spot", "--for", "soon"], '"soon" is no duration'],
    [["melt"], "unknown command 'melt'"],
  ])("refuses %j in words, with exit code 2", async (argv, text) => {
    const { exitCode, errors } = await run("fault", ...argv);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(text)]);
  });
});
