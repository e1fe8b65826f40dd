import { describe, expect, test } from "vitest";
import { allRules } from "../registry/all-rules.ts";
import { adviceOn, budget, findingsOf, machineTypes, provisioner, workload } from "../testing.ts";
import { advise } from "./advise.ts";
import { baselineOf, newFindings, readBaseline } from "./baseline.ts";
import { readConfiguration } from "./configuration.ts";
import { expiredEntries, type Silencing } from "./silencing.ts";

const pool = provisioner("a", "providerRef: {name: default}");
const ids = allRules.map(({ id }) => id);
const quiet: Silencing = { rules: new Set<string>(), ignore: [], today: "2026-06-01" };
const rulesIn = (files: string, silencing: Partial<Silencing> = {}) =>
  adviceOn({ files }, { silencing: { ...quiet, ...silencing } }).findings.map(({ rule }) => rule);

describe("the registry", () => {
  test("rules stand in order of number, each once, with a document and requirements", () => {
    expect(ids).toEqual([...new Set(ids)].toSorted());
    for (const { document, requirements } of allRules) {
      expect([document.what, document.why, document.fix].every((text) => text.endsWith("."))).toBe(true);
      expect(requirements.length).toBeGreaterThan(0);
    }
  });

  test("a rule whose input is missing is unknown and says what it needs", () => {
    const outcome = advise({}, allRules).rules;
    expect(outcome.every(({ state }) => state === "unknown")).toBe(true);
    expect(outcome.find(({ rule }) => rule === "KBP202")?.reason).toBe("needs controller logs (--logs)");
  });

  test("an input without a subject is skipped, which is no pass", () => {
    expect(advise({ manifests: { objects: [], problems: [] }, types: machineTypes }, allRules).rules).toContainEqual({
      rule: "KBP307",
      state: "skipped",
    });
  });
});

describe("an object that the input has twice", () => {
  test("in files and in the cluster, is one: as written, with the status of what runs", () => {
    const limited = (cpu: number) =>
      provisioner("a", `providerRef: {name: default}\nlimits: {resources: {cpu: ${cpu}}}`);
    const dump = `${limited(1)}status: {resources: {cpu: 95}}\n`;
    const both = { files: limited(100), dump };
    expect(findingsOf("KBP301", both)).toEqual([]);
    expect(findingsOf("KBP603", both)).toMatchObject([
      { message: "Provisioner a uses 95 of 100 cpu", place: { position: { file: "a.yaml" } } },
    ]);
  });

  test("in two files, for two environments, does not meet itself", () => {
    const text = workload("Deployment") + budget("maxUnavailable: 1") + budget("maxUnavailable: 1") + pool + pool;
    expect(findingsOf("KBP504", { files: text })).toEqual([]);
    expect(findingsOf("KBP301", { files: text })).toEqual([]);
  });
});

describe("silencing", () => {
  test("a finding goes by annotation, and is counted", () => {
    const annotated = pool.replace(
      "{name: a}",
      '{name: a, annotations: {bestpractice.karpenter/ignore: "KBP307, KBP308"}}',
    );
    const { findings, suppressed } = adviceOn({ files: annotated });
    expect(findings.map(({ rule }) => rule)).toEqual(["KBP601", "KBP610"]);
    expect(suppressed).toBe(2);
  });

  test("a comment above the object silences, with a reason", () => {
    expect(rulesIn(pool.replace("---\n", "---\n# karpenter-lint: ignore KBP307,KBP308 a test cluster\n"))).toEqual([
      "KBP601",
      "KBP610",
    ]);
  });

  test("a comment without a reason does not", () => {
    expect(rulesIn(pool.replace("---\n", "---\n# karpenter-lint: ignore KBP307\n"))).toContain("KBP307");
  });

  test("a comment above the value silences only there", () => {
    const commented = pool.replace("spec:\n", "# karpenter-lint: ignore KBP307 kept warm\nspec:\n");
    expect(rulesIn(commented)).not.toContain("KBP307");
  });

  test("an entry of the configuration counts until its day, for objects that it names", () => {
    const entry = { rule: "KBP307", object: "Provisioner *", reason: "soon" };
    expect(rulesIn(pool, { ignore: [{ ...entry, until: "2026-06-02" }] })).not.toContain("KBP307");
    expect(rulesIn(pool, { ignore: [{ ...entry, until: "2026-06-01" }] })).toContain("KBP307");
    expect(rulesIn(pool, { ignore: [{ ...entry, object: "NodePool *" }] })).toContain("KBP307");
    expect(expiredEntries({ ignore: [{ ...entry, until: "2026-06-01" }], today: "2026-06-01" })).toHaveLength(1);
  });

  test("the command line leaves rules out", () => {
    expect(rulesIn(pool, { rules: new Set(["KBP307"]) })).not.toContain("KBP307");
  });
});

describe("the configuration", () => {
  test.each([
    ["a text", "x", "expected an object"],
    [
      "an unknown rule",
      { ignore: [{ rule: "KBP999", reason: "x" }] },
      'ignore[0].rule: found "KBP999", which is no rule',
    ],
    ["no reason", { ignore: [{ rule: "KBP307" }] }, "ignore[0].reason: expected why"],
    ["no day", { ignore: [{ rule: "KBP307", reason: "x", until: "soon" }] }, 'ignore[0].until: found "soon"'],
    ["an unknown figure", { thresholds: { many: 1 } }, "thresholds.many: no such field"],
    ["a figure that is none", { thresholds: { spotZones: "2" } }, 'thresholds.spotZones: found "2"'],
    ["an unknown severity", { failOn: "fatal" }, 'failOn: found "fatal"'],
  ])("%s is refused with its place", (_, value, text) => {
    const read = readConfiguration(value, ids);
    expect(read).toMatchObject({ ok: false, failure: [expect.stringContaining(text)] });
  });

  test("figures change what a rule asks", () => {
    const read = readConfiguration({ failOn: "error", thresholds: { shortestExpirySeconds: 10 } }, ids);
    expect(read).toEqual({
      ok: true,
      value: { failOn: "error", thresholds: { shortestExpirySeconds: 10 }, ignore: [] },
    });
  });
});

describe("the baseline", () => {
  test("what it has is not told again, though lines have moved", () => {
    const before = adviceOn({ files: pool }).findings;
    const after = adviceOn({ files: `# moved\n\n${pool}` }).findings;
    expect(newFindings(after, baselineOf(before))).toEqual([]);
  });

  test("two findings that read alike need two entries", () => {
    const [finding] = findingsOf("KBP307", { files: pool });
    const twice = finding === undefined ? [] : [finding, finding];
    expect(newFindings(twice, baselineOf(twice.slice(1)))).toHaveLength(1);
  });

  test("another file is refused", () => {
    expect(readBaseline({ findings: [] })).toMatchObject({ ok: false });
    expect(readBaseline(baselineOf([]))).toMatchObject({ ok: true });
  });
});
