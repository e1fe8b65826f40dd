import { describe, expect, it } from "vitest";
import { boundPod, deployment, documents, fileWith, machine, poolOf, runCommand } from "../../../test/builders/cli.ts";
import type { ExplainReport } from "../../studies/index.ts";

async function explained(object: string, text: string): Promise<ExplainReport> {
  const { output } = await runCommand(["explain", object, "-f", fileWith(text), "--output", "json"]);
  return JSON.parse(output) as ExplainReport;
}

const large = poolOf("large", ["m5.large"]);
const guard = { "karpenter.sh/do-not-disrupt": "true" };

/** One node with a pod that would fit on the other. */
const twoNodes = (pool: string, annotations = {}): string =>
  documents(
    pool,
    machine("one", "large", "m5.large", annotations),
    machine("two", "large", "m5.large"),
    boundPod("a", "one", "200m"),
    boundPod("b", "two", "1500m", guard),
  );

describe("karpenter explain pod", () => {
  it("says which machine a pod would get, and what it costs", async () => {
    const { object, verdict } = await explained("pod/web", documents(large, deployment("web", 2, { cpu: "900m" })));
    expect([object, verdict]).toEqual([
      expect.stringMatching(/^pod\/default\/web-\w+-1$/),
      "it would get a new m5.large of NodePool large (on-demand, us-east-1a, 0.0960 $/h), with 1 more",
    ]);
  });

  it("says on which node a pod is", async () => {
    expect((await explained("pod/a", twoNodes(large))).verdict).toBe("it is on node one");
  });

  it("ends with what to change, tried on the engine", async () => {
    const pool = poolOf("large", ["m5.large"], { limits: { cpu: "0" } });
    const { verdict, reasons, remedies } = await explained(
      "pod/web",
      documents(pool, deployment("web", 1, { cpu: "1" })),
    );
    expect([verdict, reasons[0]?.code, remedies[0]]).toEqual([
      "nothing has a place for it",
      "resources",
      {
        text: "raise limits of NodePool large: cpu from 0 to 2",
        object: "NodePool/large",
        patch: { spec: { limits: { cpu: "2" } } },
        verified: true,
      },
    ]);
  });
});

it("quotes no number that nobody wrote when an amount cannot be read", async () => {
  const input = documents(poolOf("large", ["m5.large"]), deployment("web", 1, { cpu: "-1" }));
  const { reasons, remedies } = await explained("pod/web", input);
  expect([reasons[0]?.text, remedies[0]?.text]).toEqual([
    'cpu: "-1" must not be negative',
    expect.stringMatching(/^ask for less: cpu in an amount that can be had where the largest machine offers \d+m/),
  ]);
});

describe("karpenter explain node", () => {
  it("says what would be done with it", async () => {
    const { verdict } = await explained("node/one", twoNodes(large));
    expect(verdict).toBe("it would go: Underutilized: delete one; saves 0.0960 $/h, moves 1 pod");
  });

  it("names what keeps it, what that costs a month, and the change that frees it", async () => {
    const report = await explained("node/one", twoNodes(large, guard));
    expect([report.verdict, report.costPerMonth, report.remedies]).toEqual([
      "it stays: it carries the annotation karpenter.sh/do-not-disrupt",
      70.08,
      [
        {
          text: "drop the annotation karpenter.sh/do-not-disrupt of the node",
          object: "Node/one",
          patch: { metadata: { annotations: { "karpenter.sh/do-not-disrupt": null } } },
          verified: true,
        },
      ],
    ]);
  });

  it.each([
    [
      { consolidationPolicy: "WhenEmpty", consolidateAfter: "0s" },
      "let NodePool large consolidate WhenEmptyOrUnderutilized",
    ],
    [{ consolidateAfter: "Never" }, "set consolidateAfter of NodePool large to 0s"],
    [
      { consolidateAfter: "0s", budgets: [{ nodes: "0" }] },
      "let the budgets of NodePool large allow 100% of its nodes",
    ],
  ])("knows the pool's part in it: %j", async (disruption, text) => {
    const { remedies } = await explained("node/one", twoNodes(poolOf("large", ["m5.large"], { disruption })));
    expect(remedies.map((remedy) => remedy.text)).toEqual([text]);
  });

  it("prints no remedy that does not help", async () => {
    const both = documents(large, machine("one", "large", "m5.large", guard), boundPod("a", "one", "200m", guard));
    const { reasons, remedies } = await explained("node/one", both);
    expect([reasons.map(({ code }) => code), remedies]).toEqual([["node-do-not-disrupt"], []]);
  });

  it("takes a NodeClaim by its name", async () => {
    expect((await explained("nodeclaim/claim-one", twoNodes(large))).object).toBe("node/one");
  });
});

it.each([
  ["pod/nobody", "there is no pod nobody in the input"],
  ["node/nobody", "there is no node nobody in the input; there are 2, such as one, two"],
  ["service/x", '"service/x" cannot be explained; expected pod/NAME'],
])("%s ends with 2 and says what is there", async (object, text) => {
  const { exitCode, errors } = await runCommand(["explain", object, "-f", fileWith(twoNodes(large))]);
  expect([exitCode, errors]).toEqual([2, expect.stringContaining(text)]);
});
