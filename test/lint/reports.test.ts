/** What lint writes, against the schemas of those who read it; and how long a large input takes. */
import { readFileSync } from "node:fs";
import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import {
  adviceSarif,
  advise,
  type AdvisorInput,
  allRules,
  configurationSchema,
  readConfiguration,
  withConsequences,
} from "../../src/advisor/index.ts";
import { epochMillisOf } from "../../src/core/index.ts";
import { parseManifests } from "../../src/manifests/index.ts";

const text = `apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: a}
spec: {ttlSecondsUntilExpired: 60}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: "odd & <name>", namespace: shop}
spec: {replicas: 1, template: {spec: {containers: [{name: c}]}}}
---
a: [
`;
const log = "2022-08-17T10:00:00Z\\tERROR\\tcontroller\\tmemory resource usage of 1001 exceeds limit of 1000\\n";
const input = (file: string): AdvisorInput => ({
  manifests: parseManifests(file, text),
  logs: [{ file: "odd name.log", text: log }],
  texts: new Map([[file, text]]),
});

/** The schema is of draft 4, of which it uses nothing that draft 7 has changed but the name of its own address. */
function sarifValidator() {
  const { id, $schema, ...schema } = JSON.parse(
    readFileSync(new URL("../data/lint/sarif-2.1.0.json", import.meta.url), "utf8"),
  ) as AnySchemaObject & { readonly id: string };
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  expect([id, $schema]).toEqual([expect.stringContaining("sarif-2.1.0"), expect.stringContaining("draft-04")]);
  return ajv.compile(schema);
}

describe("SARIF", () => {
  const validate = sarifValidator();

  test.each(["a.yaml", "dir with blanks/ä.yaml", "/abs/a.yaml", "standard input"])(
    "of findings in %s is valid",
    (file) => {
      const advice = advise(input(file), allRules);
      expect(advice.findings.length).toBeGreaterThan(5);
      expect([validate(adviceSarif(advice, allRules)), validate.errors]).toEqual([true, null]);
    },
  );

  test("with consequences is valid", () => {
    const advice = advise(input("a.yaml"), allRules);
    const told = withConsequences(advice.findings, { objects: [], pools: [], now: epochMillisOf(0) });
    const sarif = adviceSarif({ ...advice, findings: told.findings }, allRules);
    expect([validate(sarif), validate.errors]).toEqual([true, null]);
  });

  test("the schema would notice what is wrong", () => {
    expect(validate({ version: "2.1.0", runs: [{ tool: {} }] })).toBe(false);
  });
});

describe("the schema of karpenter-lint.yaml", () => {
  const ids = allRules.map(({ id }) => id);
  const validate = new Ajv2020({ strict: false }).compile(configurationSchema(ids));

  test.each([
    [{}, true],
    [
      { failOn: "error", thresholds: { spotZones: 3 }, ignore: [{ rule: "KBP307", reason: "x", until: "2027-01-31" }] },
      true,
    ],
    [{ ignore: [{ rule: "KBP999", reason: "x" }] }, false],
    [{ ignore: [{ rule: "KBP307" }] }, false],
    [{ ignore: [{ rule: "KBP307", reason: " " }] }, false],
    [{ thresholds: { many: 1 } }, false],
    [{ thresholds: { spotZones: -1 } }, false],
    [{ failOn: "fatal" }, false],
    [{ other: 1 }, false],
  ])("says of %j what the reader says: %s", (value, isFine) => {
    expect(validate(value)).toBe(isFine);
    expect(readConfiguration(value, ids).ok).toBe(isFine);
  });
});

/** Deployments, each with its budget. */
function manyObjects(count: number): string {
  const pool =
    "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: a}\nspec: {limits: {cpu: 1}, template: {spec: {nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}, requirements: []}}}\n";
  const pairs = Array.from({ length: count / 2 }, (_, index) => {
    const labels = `{app: web-${index}}`;
    return `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-${index}, namespace: ns-${index % 50}}
spec:
  replicas: ${1 + (index % 4)}
  template:
    metadata: {labels: ${labels}}
    spec:
      containers:
        - {name: web, image: web, resources: {requests: {cpu: 100m, memory: 128Mi}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web-${index}, namespace: ns-${index % 50}}
spec: {maxUnavailable: 1, selector: {matchLabels: ${labels}}}
`;
  });
  return pool + pairs.join("");
}

test("5,000 objects take seconds, not minutes: no rule looks at every pair of them", () => {
  const file = manyObjects(5_000);
  const before = process.cpuUsage();
  const manifests = parseManifests("many.yaml", file);
  const { findings } = advise({ manifests, texts: new Map([["many.yaml", file]]) }, allRules);
  const { user } = process.cpuUsage(before);
  expect(manifests.objects).toHaveLength(5_001);
  expect(findings.length).toBeGreaterThan(1_000);
  // 1.2 s here, of which the parser has most; a quadratic rule takes minutes.
  expect(user / 1e6).toBeLessThan(10);
});

test("a manifest of 10 MB is read, and a log that ends in the middle of a line", () => {
  const filler = `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  text: "${"x".repeat(10 * 2 ** 20)}"\n`;
  const large = text.replace("---\na: [\n", filler);
  const torn = `${log}2022-08-17T11:00:00Z\\tERROR\\tcontroller\\tPost \\"https://sts.us-ea`;
  const { findings } = advise(
    {
      manifests: parseManifests("big.yaml", large),
      texts: new Map([["big.yaml", large]]),
      logs: [{ file: "a.log", text: torn }],
    },
    allRules,
  );
  expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["KBP309", "KBP501", "KBP605"]));
});
