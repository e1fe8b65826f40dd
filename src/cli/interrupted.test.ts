import { execFile } from "node:child_process";
import { PassThrough } from "node:stream";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { runCli } from "./program.ts";

it("ends with 130 and one line when Ctrl-C comes in the midst of an answer", async () => {
  const ended = new AbortController();
  let errors = "";
  const output = new PassThrough();
  const running = runCli(["replay", "samples/studies/trace.csv"], {
    input: new PassThrough(),
    output,
    errors: new PassThrough().on("data", (chunk: Buffer) => {
      errors += chunk.toString();
      ended.abort(new Error("stopped by SIGINT"));
    }),
    environment: {},
    signal: ended.signal,
  });
  expect([await running, output.readableLength]).toEqual([130, 0]);
  expect(errors).toContain("karpenter: stopped before it was done\n");
}, 60_000);

it("ends quietly when the reader has seen enough", async () => {
  const command = `"${process.execPath}" src/cli/main.ts instance-types --max-results 900 --output json | head -c 20`;
  const { stdout, stderr } = await promisify(execFile)("sh", ["-c", command]);
  expect([stdout, stderr.includes("EPIPE") || stderr.includes("at ")]).toEqual(['[{"name":"a1.2xlarge', false]);
}, 60_000);

// Skipped where no device plays a full disk.
it.skipIf(!existsSync("/dev/full"))(
  "says in one line that its answer cannot be written",
  async () => {
    const command = `"${process.execPath}" src/cli/main.ts instance-types --max-results 900 > /dev/full; echo "exit $?"`;
    const { stdout, stderr } = await promisify(execFile)("sh", ["-c", command]);
    expect([
      stdout,
      stderr.match(/standard output cannot be written: ENOSPC/g)?.length,
      stderr.includes("    at "),
    ]).toEqual(["exit 2\n", 1, false]);
  },
  60_000,
);
