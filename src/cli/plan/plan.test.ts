import { expect, it } from "vitest";
import { boundPod, deployment, documents, fileWith, machine, poolOf, runCommand } from "../../../test/builders/cli.ts";
import type { PlanReport } from "../../studies/index.ts";

const guard = { "karpenter.sh/do-not-disrupt": "true" };
const input = documents(
  poolOf("large", ["m5.large"]),
  machine("one", "large", "m5.large"),
  machine("two", "large", "m5.large", guard),
  boundPod("b", "two", "1500m"),
);

it("tells what would be launched and removed, and what keeps the rest", async () => {
  const { exitCode, output } = await runCommand(["plan", "-f", fileWith(input), "--output", "json"]);
  const plan = JSON.parse(output) as PlanReport;
  expect([exitCode, plan.schema, plan.launches, plan.commands, plan.kept]).toEqual([
    0,
    "plan/1",
    [],
    [{ method: "emptiness", reason: "Empty", nodes: ["one"], replacements: [], savingPerHour: 0.096, podsMoved: 0 }],
    [
      {
        node: "two",
        code: "node-do-not-disrupt",
        text: "it carries the annotation karpenter.sh/do-not-disrupt",
        pricePerMonth: 70.08,
      },
    ],
  ]);
});

it("prints it for people", async () => {
  const file = fileWith(documents(input, deployment("web", 2, { cpu: "1800m" })));
  const { output } = await runCommand(["plan", "-f", file]);
  expect(output).toContain("launches:\n  m5.large of large (on-demand, us-east-1a, 0.0960 $/h) for default/web\n");
  expect(output).toContain("two     70.08  it carries the annotation karpenter.sh/do-not-disrupt");
});

it("says how to name an input", async () => {
  const { exitCode, errors } = await runCommand(["plan"]);
  expect([exitCode, errors]).toEqual([
    2,
    expect.stringContaining("name files with -f, or a cluster with --kubeconfig"),
  ]);
});
