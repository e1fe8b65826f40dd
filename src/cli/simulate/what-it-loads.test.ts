import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Prints the address of every module that is loaded, on standard error. */
const hook = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });
`)}`;

it("loads neither the SDK of a cloud, nor a client of a cluster, nor the controller, nor the embedded cluster", async () => {
  const words = [
    "--import",
    hook,
    "src/cli/main.ts",
    "simulate",
    "-f",
    "samples/application.yaml",
    "-f",
    "samples/pools.yaml",
  ];
  const { stderr } = await promisify(execFile)(process.execPath, words);
  const loaded = stderr
    .split("\n")
    .filter((line) => /@aws-sdk|undici|client-node|src\/(?:local|operator|controllers|kube)\//.test(line));
  expect(stderr).toContain("src/core/provisioning/provision.ts");
  expect(loaded).toEqual([]);
});
