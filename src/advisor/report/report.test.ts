import { expect, test } from "vitest";
import { allRules } from "../registry/all-rules.ts";
import { adviceOn, provisioner } from "../testing.ts";
import { explainRule } from "./explain.ts";
import { adviceDocument } from "./findings-json.ts";
import { adviceJunit } from "./junit.ts";
import { adviceSarif } from "./sarif.ts";
import { adviceGithub, adviceMarkdown, adviceTable } from "./text-reports.ts";

const advice = adviceOn({
  files: provisioner(
    "a",
    "providerRef: {name: default}\nttlSecondsUntilExpired: 60\nttlSecondsAfterEmpty: 60\nlimits: {resources: {cpu: 1, memory: 1Gi}}",
  ),
});

test("the table is as compilers write it, with what was not checked", () => {
  const [line, summary, ...unknown] = adviceTable(advice).split("\n");
  expect(line).toBe(
    "a.yaml:7:3: warning KBP309 Provisioner a, spec.ttlSecondsUntilExpired: TTL 60 of Provisioner a causes churn",
  );
  expect(summary).toMatch(/^0 errors, 1 warning, 0 hints; \d+ rules passed$/);
  expect(unknown).toContain("not checked: KBP202 KBP203 KBP204: needs controller logs (--logs)");
});

test("JSON has every field of the contract", () => {
  expect(adviceDocument(advice).findings).toEqual([
    {
      rule: "KBP309",
      severity: "warning",
      object: { apiVersion: "karpenter.sh/v1alpha5", kind: "Provisioner", name: "a" },
      path: "spec.ttlSecondsUntilExpired",
      file: "a.yaml",
      line: 7,
      column: 3,
      message: "TTL 60 of Provisioner a causes churn",
      evidence: "expiry, seconds; expected at least 3600",
      requirements: ["R49"],
      fix: expect.any(String),
    },
  ]);
});

test("SARIF names the rule by its place in the list", () => {
  const { runs } = adviceSarif(advice, allRules) as {
    runs: [
      {
        results: { ruleId: string; ruleIndex: number; level: string }[];
        tool: { driver: { rules: { id: string }[] } };
      },
    ];
  };
  const [result] = runs[0].results;
  expect(result).toMatchObject({ ruleId: "KBP309", level: "warning" });
  expect(runs[0].tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe("KBP309");
});

test("JUnit has a case for each rule, and text that is safe in XML", () => {
  const [finding] = advice.findings;
  const odd = { ...advice, findings: finding === undefined ? [] : [{ ...finding, message: '<"&\u0000' }] };
  const xml = adviceJunit(odd, allRules);
  expect(xml.match(/<testcase /g)).toHaveLength(allRules.length);
  expect(xml).toContain('<failure message="&lt;&quot;&amp;" type="warning">');
});

test("annotations of GitHub keep line ends and commas out of their properties", () => {
  const [finding] = advice.findings;
  const odd = finding === undefined ? [] : [{ ...finding, message: "a\nb: 50%" }];
  expect(adviceGithub({ ...advice, findings: odd })).toBe(
    "::warning file=a.yaml,line=7,col=3,title=KBP309::a%0Ab: 50%25\n",
  );
});

test("Markdown is one row a finding", () => {
  expect(adviceMarkdown(advice).split("\n")[2]).toContain("| KBP309 | warning | Provisioner a | a.yaml:7 |");
});

test.each(allRules.map((rule) => [rule.id, rule] as const))("%s explains itself", (id, rule) => {
  const text = explainRule(rule);
  expect(text).toContain(`# karpenter-lint: ignore ${id} REASON`);
  expect(text).toContain(rule.document.fix);
});
