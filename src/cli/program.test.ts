import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "./program.ts";

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

it("says its version", async () => {
  expect(await run("--version")).toMatchObject({
    exitCode: 0,
    output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
});

describe("wrong use", () => {
  it.each([
    ["fault throttle abc", '"abc" is no amount; expected a number of 0 or more'],
    ["fault throttle -- -3", '"-3" is no amount'],
    ["fault price c6a.large 1e400", '"1e400" is no amount'],
    ["fault price c6a.large", "missing required argument 'usd'"],
    ["fault ice c6a.* * spot --for soon", '"soon" is no duration'],
    ["fault melt", "unknown command 'melt'"],
    ["fault throttle 1 --kubeconfig /nowhere/kubeconfig", "no kubeconfig at /nowhere/kubeconfig: start a cluster"],
    ["up --api-port 99999", '"99999" is no port; expected 0 to 65535'],
    ["up --time-scale 0", '"0" is no time scale'],
    ["up --region mars", '"mars" is no region that can be simulated; expected one of us-east-1, ap-southeast-1'],
    ["up -f /nowhere", "-f /nowhere: there is no such file or folder"],
    ["up -f /dev/null", "-f /dev/null: there is no object in it"],
    ["up --debug-log /nowhere/log", "the log cannot be written to /nowhere/log"],
    ["up more", "too many arguments"],
    ["up --only kubelets", "--only kubelets needs --kubeconfig"],
    ["up --only kubelets --kubeconfig k -f a.yaml", "--only kubelets applies nothing; leave out -f"],
    ["up --only kubelets --kubeconfig k --until settled", "leave out --until"],
    ["up --only kubelets --kubeconfig /nowhere/k", "kubeconfig /nowhere/k does not exist"],
    ["up --kubeconfig /nowhere/k --time-scale 2", "--time-scale is for the embedded cluster"],
    ["up --kubeconfig /nowhere/k --http-port 0", "kubeconfig /nowhere/k does not exist"],
    ["up --context c", "--context needs --kubeconfig"],
    ["up --cloud aws", "argument 'aws' is invalid. Allowed choices are simulated, kwok"],
    ["controller --cloud kwok --kubeconfig /nowhere/k", "kubeconfig /nowhere/k does not exist"],
    ["melt", "unknown command 'melt'"],
  ])("%s ends with exit code 2 and says why", async (line, text) => {
    const { exitCode, output, errors } = await run(...line.split(" "));
    expect([exitCode, output, errors]).toEqual([2, "", expect.stringContaining(text)]);
  });
});

describe("karpenter crds", () => {
  const kindsOf = (output: string) =>
    (JSON.parse(output) as { items: { spec: { names: { kind: string } } }[] }).items.map(({ spec }) => spec.names.kind);

  it("prints what an installation needs, and no kinds of simulators or tests", async () => {
    const { exitCode, output } = await run("crds", "--output", "json");
    const needed = ["NodePool", "NodeClaim", "NodeOverlay", "CapacityBuffer", "EC2NodeClass"];
    expect([exitCode, kindsOf(output)]).toEqual([0, needed]);
  });

  it("prints every kind when asked", async () => {
    const { output } = await run("crds", "--all", "--output", "json");
    expect(kindsOf(output)).toContain("KWOKNodeClass");
  });
});
